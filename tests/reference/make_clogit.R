# Reference numbers of R for tests/test_case_crossover.py.
# Debian: apt-get install r-base-core r-cran-survival r-cran-sandwich r-cran-brglm2
# Run from the root of the project: Rscript tests/reference/make_clogit.R
suppressMessages({library(survival); library(sandwich); library(brglm2)})
d <- read.csv("tests/reference/panel.csv")
date <- as.Date(d$date)
d$year <- substr(d$date, 1, 4)
d$month <- substr(d$date, 1, 7)
d$weekday <- factor(as.POSIXlt(date)$wday, levels = c(1:6, 0))
d$slot <- paste(d$month, d$weekday)
d$day <- as.integer(d$launches > 0)
out <- data.frame(name = character(), value = numeric())
add <- function(name, value) out[nrow(out) + 1, ] <<- list(name, value)

# Conditional logit, exact likelihood.
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100)
exact <- function(name, formula) {
  fit <- clogit(formula, d, method = "exact", control = tight)
  add(paste0(name, ".coef"), coef(fit)["exposed"])
  add(paste0(name, ".se"), sqrt(vcov(fit)["exposed", "exposed"]))
  add(paste0(name, ".loglik0"), fit$loglik[1])
  add(paste0(name, ".loglik1"), fit$loglik[2])
}
exact("clogit.month", day ~ exposed + strata(month))
exact("clogit.slot", day ~ exposed + strata(slot))
exact("clogit.month.weekday", day ~ exposed + weekday + strata(month))
exact("clogit.year", day ~ exposed + strata(year))

# Conditional Poisson: Poisson regression with one effect per stratum.
control <- glm.control(epsilon = 1e-14, maxit = 100)
keep <- ave(d$launches, d$month, FUN = sum) > 0
k <- d[keep, ]
g <- glm(launches ~ exposed + weekday + month, poisson, k, control = control)
q <- glm(launches ~ exposed + weekday + month, quasipoisson, k, control = control)
add("glm.month.coef", coef(g)["exposed"])
add("glm.month.se", sqrt(vcov(g)["exposed", "exposed"]))
add("glm.month.quasi.se", sqrt(vcov(q)["exposed", "exposed"]))
add("glm.month.quasi.phi", summary(q)$dispersion)
cl <- vcovCL(g, cluster = k$month, type = "HC0", cadjust = TRUE)
add("glm.month.vcovCL.se", sqrt(cl["exposed", "exposed"]))

# Every year has launches, so that the rows are the complete grid of days.
y <- glm(launches ~ exposed + year, poisson, d, control = control)
add("glm.year.coef", coef(y)["exposed"])
nw <- NeweyWest(y, lag = 14, prewhite = FALSE, adjust = FALSE)
add("glm.year.NeweyWest14.se", sqrt(nw["exposed", "exposed"]))

# Firth's penalty. With one launch day and one other day in each stratum the conditional
# likelihood is that of a logistic regression without intercept on their differences.
# The pairs: each of the first launch days and the day 10 days later, if it has none.
case <- which(d$day == 1)
case <- case[d$day[case + 10] == 0]
monday <- as.integer(d$weekday == "1")
cycle <- (seq_len(nrow(d)) - 1) %% 11 / 10
z <- cbind(exposed = d$exposed, monday = monday, cycle = cycle)
pairs <- function(name, n) {
  diff <- z[case[1:n], ] - z[case[1:n] + 10, ]
  fit <- glm(rep(1, n) ~ 0 + diff, family = binomial, method = "brglmFit",
             type = "AS_mean", control = list(epsilon = 1e-13, maxit = 1000))
  for (j in 1:3) {
    add(paste0(name, ".", colnames(z)[j], ".coef"), coef(fit)[j])
    add(paste0(name, ".", colnames(z)[j], ".se"), sqrt(vcov(fit)[j, j]))
  }
}
pairs("firth.pairs40", 40)
pairs("firth.pairs6", 6)

out$value <- formatC(out$value, digits = 15, format = "g")
write.csv(out, "tests/reference/clogit.csv", row.names = FALSE, quote = FALSE)
versions <- sapply(c("survival", "sandwich", "brglm2"), function(p) as.character(packageVersion(p)))
cat(R.version.string, versions, "\n")
