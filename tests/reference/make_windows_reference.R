# Reference numbers of R for tests/test_self_controlled.py and tests/test_event_study.py.
# Debian: apt-get install r-base-core r-cran-sandwich
# Run from the root of the project: Rscript tests/reference/make_windows_reference.R
suppressMessages(library(sandwich))
d <- read.csv("tests/reference/panel.csv")
d$t <- seq_len(nrow(d))
d$year <- substr(d$date, 1, 4)
d$month <- substr(d$date, 6, 7)
d$ym <- substr(d$date, 1, 7)
events <- d$t[d$exposed == 1]
out <- data.frame(name = character(), value = numeric())
add <- function(name, value) out[nrow(out) + 1, ] <<- list(name, unname(value))
control <- glm.control(epsilon = 1e-14, maxit = 100)

# Self-controlled: the nearest event owns a day; of equally near ones the next event.
back <- sapply(d$t, function(t) min(c(Inf, t - events[events <= t])))
ahead <- sapply(d$t, function(t) min(c(Inf, events[events >= t] - t)))
d$during <- as.integer(back == 0)
d$pre <- as.integer(!d$during & ahead <= 3 & ahead <= back)
d$post <- as.integer(!d$during & !d$pre & back <= 3)
fit <- function(formula) glm(formula, poisson, d, control = control)
m <- fit(launches ~ pre + during + post + month + year)
for (w in c("pre", "during", "post")) {
  add(paste0("sccs.", w, ".coef"), coef(m)[w])
  add(paste0("sccs.", w, ".se"), sqrt(vcov(m)[w, w]))
}
add("sccs.month06.coef", coef(m)["month06"])
none <- fit(launches ~ month + year)
nopre <- fit(launches ~ during + post + month + year)
late <- as.integer(d$year >= "2016")
split <- fit(launches ~ pre + during + post + pre:late + during:late + post:late + month + year)
add("sccs.windows.lr", deviance(none) - deviance(m))
add("sccs.pre.lr", deviance(nopre) - deviance(m))
add("sccs.interaction.lr", deviance(m) - deviance(split))
add("sccs.late.during.coef", coef(split)["during"] + coef(split)["during:late"])

# Event study: events at each lag in weekly bins, added up; months with launches only.
for (j in -2:2) {
  first <- 7 * j
  d[[paste0("b", j)]] <- sapply(d$t, function(t) sum(t - events >= first & t - events <= first + 6))
}
bins <- as.matrix(d[paste0("b", -2:2)])
d$outside <- as.integer(rowSums(bins) == 0)
k <- d[ave(d$launches, d$ym, FUN = sum) > 0, ]
e <- glm(launches ~ `b-2` + b0 + b1 + b2 + outside + ym, poisson, k, control = control)
# Newey-West on the complete grid: days of months without launches have a zero score.
scores <- matrix(0, nrow(d), length(coef(e)))
scores[k$t, ] <- estfun(e)
bread <- vcov(e)
meat <- crossprod(scores)
for (lag in 1:14) {
  cross <- crossprod(scores[-seq_len(lag), ], scores[seq_len(nrow(d) - lag), ])
  meat <- meat + (1 - lag / 15) * (cross + t(cross))
}
hac <- bread %*% meat %*% bread
cluster <- vcovCL(e, cluster = k$ym, type = "HC0", cadjust = TRUE)
names <- names(coef(e))
for (b in c("`b-2`", "b0", "b1", "b2")) {
  i <- match(b, names)
  label <- gsub("`", "", b)
  add(paste0("study.", label, ".coef"), coef(e)[i])
  add(paste0("study.", label, ".se"), sqrt(bread[i, i]))
  add(paste0("study.", label, ".hac"), sqrt(hac[i, i]))
  add(paste0("study.", label, ".cluster"), sqrt(cluster[i, i]))
}
i <- match(c("b0", "b1", "b2"), names)
add("study.lags.wald", drop(coef(e)[i] %*% solve(hac[i, i], coef(e)[i])))

out$value <- formatC(out$value, digits = 15, format = "g")
write.csv(out, "tests/reference/windows_reference.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, as.character(packageVersion("sandwich")), "\n")
