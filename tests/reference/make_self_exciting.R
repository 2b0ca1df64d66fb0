# Reference numbers of R for tests/test_self_exciting_regression.py: the likelihood is
# written out day by day and maximised by optim; nothing of the package is used.
# Debian: apt-get install r-base-core
# Run from the root of the project: Rscript tests/reference/make_self_exciting.R
set.seed(20140101)
n <- 1461
x <- as.integer((seq_len(n) %% 73) < 12)
draws <- numeric(n); felt <- 0
for (t in seq_len(n)) {
  draws[t] <- rpois(1, 0.03 * exp(0.7 * x[t]) + 0.5 * felt)
  felt <- (1 - 1 / 6) * felt + draws[t] / 6
}
d <- data.frame(date = as.Date("2014-01-01") + 0:(n - 1), launches = draws, exposed = x)
write.csv(d, "tests/reference/self_exciting_panel.csv", row.names = FALSE, quote = FALSE)
year <- factor(format(d$date, "%Y"))
wave <- sin(2 * pi * seq_along(x) / 365.25)
one <- rep(1, n)
out <- data.frame(name = character(), value = numeric())
add <- function(name, value) out[nrow(out) + 1, ] <<- list(name, value)

rates <- function(p, y, base) {
  eta <- plogis(p[1]); decay <- exp(-exp(p[2]))
  felt <- 0; rate <- numeric(length(y))
  for (t in seq_along(y)) {
    rate[t] <- base[t] + eta * felt
    felt <- decay * felt + (1 - decay) * y[t]
  }
  rate
}
maximum <- function(y, design, binary, start = c(-0.5, -2)) {
  minus <- function(p) {
    rate <- rates(p[1:2], y, exp(drop(design %*% p[-(1:2)])))
    if (binary) -sum(ifelse(y > 0, log(-expm1(-rate)), -rate))
    else -sum(y * log(rate) - rate)
  }
  p <- c(start, log(mean(y) / 2), rep(0, ncol(design) - 1))
  for (i in 1:6) p <- optim(p, minus, method = "BFGS",
                            control = list(maxit = 2000, reltol = 1e-15))$par
  list(p = p, value = -minus(p), se = sqrt(diag(solve(optimHess(p, minus)))))
}
record <- function(name, y, controls, binary) {
  null <- maximum(y, cbind(one, controls), binary)
  full <- maximum(y, cbind(one, controls, x), binary)
  k <- length(full$p)
  add(paste0(name, ".coef"), full$p[k])
  add(paste0(name, ".se"), full$se[k])
  add(paste0(name, ".branching"), plogis(full$p[1]))
  add(paste0(name, ".half_life"), log(2) / exp(full$p[2]))
  add(paste0(name, ".loglik"), full$value)
  add(paste0(name, ".loglik_null"), null$value)
  add(paste0(name, ".p"), pchisq(2 * (full$value - null$value), 1, lower.tail = FALSE))
}
day <- as.integer(d$launches > 0)
record("day", day, NULL, TRUE)
record("day.wave", day, cbind(wave), TRUE)
record("day.year", day, model.matrix(~ year)[, -1], TRUE)
record("event", d$launches, NULL, FALSE)

out$value <- formatC(out$value, digits = 10, format = "g")
write.csv(out, "tests/reference/self_exciting.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "\n")
