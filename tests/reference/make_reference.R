# Reference numbers of R for tests/test_reference.py.
# Debian: apt-get install r-base-core r-cran-mass r-cran-sandwich
# Run from the root of the project: Rscript tests/reference/make_reference.R
suppressMessages({library(MASS); library(sandwich)})
d <- read.csv("tests/reference/panel.csv")
d$month <- substr(d$date, 1, 7)
d$day <- as.integer(d$launches > 0)
out <- data.frame(name = character(), value = numeric())
add <- function(name, value) out[nrow(out) + 1, ] <<- list(name, value)

control <- glm.control(epsilon = 1e-14, maxit = 100)
g <- glm(launches ~ exposed, poisson, d, control = control)
add("glm.poisson.coef", coef(g)["exposed"])
add("glm.poisson.se", sqrt(vcov(g)["exposed", "exposed"]))
nw <- NeweyWest(g, lag = 14, prewhite = FALSE, adjust = FALSE)
add("glm.poisson.NeweyWest14.se", sqrt(nw["exposed", "exposed"]))
add("glm.poisson.HC0.se", sqrt(vcovHC(g, type = "HC0")["exposed", "exposed"]))

keep <- ave(d$launches, d$month, FUN = sum) > 0
m <- glm(launches ~ exposed + month, poisson, d[keep, ], control = control)
add("glm.poisson.month.coef", coef(m)["exposed"])
add("glm.poisson.month.se", sqrt(vcov(m)["exposed", "exposed"]))

b <- glm(day ~ exposed + month, poisson, d[keep, ], control = control)
add("glm.poisson.month.day.coef", coef(b)["exposed"])

nb <- glm.nb(launches ~ exposed, d, control = glm.control(epsilon = 1e-12, maxit = 200))
add("glm.nb.coef", coef(nb)["exposed"])
add("glm.nb.se", sqrt(vcov(nb)["exposed", "exposed"]))
add("glm.nb.alpha", 1 / nb$theta)

# Launch days by exposure, all together and month by month.
f <- fisher.test(table(d$day, d$exposed))
add("fisher.p", f$p.value)
add("fisher.greater.p", fisher.test(table(d$day, d$exposed), alternative = "greater")$p.value)
add("fisher.less.p", fisher.test(table(d$day, d$exposed), alternative = "less")$p.value)
add("fisher.estimate", f$estimate)
add("fisher.low", f$conf.int[1])
add("fisher.high", f$conf.int[2])
for (side in c("greater", "less")) {
  t <- mantelhaen.test(table(d$day, d$exposed, d$month), exact = TRUE, alternative = side)
  add(paste0("mantelhaen.exact.", side, ".p"), t$p.value)
}
t <- mantelhaen.test(table(d$day, d$exposed, d$month), exact = TRUE)
add("mantelhaen.exact.estimate", t$estimate)
add("mantelhaen.exact.low", t$conf.int[1])
add("mantelhaen.exact.high", t$conf.int[2])

out$value <- formatC(out$value, digits = 15, format = "g")
write.csv(out, "tests/reference/reference.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, as.character(packageVersion("MASS")), as.character(packageVersion("sandwich")), "\n")
