# Reference numbers of R for the count, hurdle, joint and Firth regressions.
# Debian: apt-get install r-base-core r-cran-mass r-cran-sandwich r-cran-pscl r-cran-brglm2
# Run from the root of the project: Rscript tests/reference/make_counts.R
suppressMessages({library(MASS); library(sandwich); library(pscl); library(brglm2)})
d <- read.csv("tests/reference/panel.csv")
d$month <- substr(d$date, 1, 7)
d$year <- substr(d$date, 1, 4)
d$day <- as.integer(d$launches > 0)
d$other <- as.integer((seq_len(nrow(d)) - 1) %/% 7 %% 2)
# Salvo sizes by a fixed pattern: the record itself has hardly any of more than 1.
pattern <- c(1, 2, 3, 1, 6, 2, 1, 4, 9, 3)
d$size <- d$day * pattern[pmax(cumsum(d$day) - 1, 0) %% 10 + 1]
out <- data.frame(name = character(), value = numeric())
add <- function(name, value) out[nrow(out) + 1, ] <<- list(name, value)
tight <- glm.control(epsilon = 1e-14, maxit = 200)

# Quasi-Poisson and cluster-robust errors.
q <- glm(launches ~ exposed, quasipoisson, d, control = tight)
add("quasipoisson.coef", coef(q)["exposed"])
add("quasipoisson.se", sqrt(vcov(q)["exposed", "exposed"]))
add("quasipoisson.phi", summary(q)$dispersion)
qy <- glm(launches ~ exposed + year, quasipoisson, d, control = tight)
add("quasipoisson.year.coef", coef(qy)["exposed"])
add("quasipoisson.year.se", sqrt(vcov(qy)["exposed", "exposed"]))
g <- glm(launches ~ exposed, poisson, d, control = tight)
add("vcovCL.month.se", sqrt(vcovCL(g, cluster = ~month)["exposed", "exposed"]))
gy <- glm(launches ~ exposed + year, poisson, d, control = tight)
add("vcovCL.year.month.se", sqrt(vcovCL(gy, cluster = ~month)["exposed", "exposed"]))
nb <- glm.nb(size ~ exposed + other, d, control = glm.control(epsilon = 1e-12, maxit = 200))
add("glm.nb.other.coef", coef(nb)["exposed"])
add("glm.nb.other.se", sqrt(vcov(nb)["exposed", "exposed"]))
add("glm.nb.other.alpha", 1 / nb$theta)

# Hurdle models.
for (dist in c("poisson", "negbin")) {
  h <- hurdle(size ~ exposed | exposed, d, dist = dist, zero.dist = "binomial", link = "cloglog",
    control = hurdle.control(reltol = 1e-15, maxit = 50000))
  v <- vcov(h)
  add(paste0("hurdle.", dist, ".zero.coef"), h$coefficients$zero["exposed"])
  add(paste0("hurdle.", dist, ".zero.se"), sqrt(v["zero_exposed", "zero_exposed"]))
  add(paste0("hurdle.", dist, ".count.coef"), h$coefficients$count["exposed"])
  add(paste0("hurdle.", dist, ".count.se"), sqrt(v["count_exposed", "count_exposed"]))
  if (dist == "negbin") add("hurdle.negbin.alpha", 1 / h$theta)
}
cl <- glm(day ~ exposed + year, binomial("cloglog"), d, control = tight)
add("cloglog.year.coef", coef(cl)["exposed"])
lb <- glm(day ~ exposed, binomial("log"), d, start = c(-3, 0), control = tight)
add("logbinomial.coef", coef(lb)["exposed"])
add("logbinomial.se", sqrt(vcov(lb)["exposed", "exposed"]))

# Firth: bias-reduced Poisson, with and without a launch on exposed days.
d$none <- ifelse(d$exposed == 1, 0, d$launches)
for (y in c("launches", "none")) {
  f <- glm(reformulate(c("exposed", "year"), y), poisson, d, method = "brglmFit",
    type = "MPL_Jeffreys", epsilon = 1e-12, maxit = 500)
  add(paste0("firth.", y, ".coef"), coef(f)["exposed"])
  add(paste0("firth.", y, ".se"), sqrt(vcov(f)["exposed", "exposed"]))
}
# Profile of the penalised likelihood of the second, each point by an own maximiser.
x <- model.matrix(~ exposed + year, d)
penalised <- function(b) {
  mu <- exp(drop(x %*% b))
  sum(d$none * log(mu) - mu) + as.numeric(determinant(crossprod(x * mu, x))$modulus) / 2
}
best <- coef(f)
at <- function(value) {
  o <- best[-2]
  for (i in 1:3) o <- optim(o, function(o) -penalised(c(o[1], value, o[-1])), method = "BFGS",
    control = list(reltol = 1e-15, maxit = 5000))$par
  penalised(c(o[1], value, o[-1]))
}
top <- penalised(best)
drop2 <- function(value) 2 * (top - at(value)) - qchisq(0.95, 1)
add("firth.none.low", uniroot(drop2, c(best[2] - 12, best[2]), tol = 1e-9)$root)
add("firth.none.high", uniroot(drop2, c(best[2], best[2] + 6), tol = 1e-9)$root)
add("firth.none.p", pchisq(2 * (top - at(0)), 1, lower.tail = FALSE))

# Two overlapping calendars: every exposed day, and every second week.
j <- glm(launches ~ exposed + other + year, poisson, d, control = tight)
v <- vcov(j)
two <- c("exposed", "other")
add("joint.exposed.coef", coef(j)["exposed"])
add("joint.other.coef", coef(j)["other"])
add("joint.other.se", sqrt(v["other", "other"]))
add("joint.wald", drop(coef(j)[two] %*% solve(v[two, two], coef(j)[two])))
add("joint.exposed.vif", 1 / (1 - summary(lm(exposed ~ other + year, d))$r.squared))

# Diagnostics of the Poisson model with year effects.
r <- residuals(gy, "pearson")
add("acf.1", acf(r, 30, plot = FALSE, demean = FALSE)$acf[2])
add("acf.30", acf(r, 30, plot = FALSE, demean = FALSE)$acf[31])
b <- Box.test(r, 30, "Ljung")
add("ljung.box.30", b$statistic)
add("ljung.box.30.p", b$p.value)
add("pearson", sum(r^2) / gy$df.residual)
w <- glm(launches ~ exposed, poisson, d[d$year != "2017", ], control = tight)
add("without.2017.coef", coef(w)["exposed"])

out$value <- trimws(formatC(out$value, digits = 15, format = "g"))
write.csv(out, "tests/reference/counts.csv", row.names = FALSE, quote = FALSE)
for (p in c("MASS", "sandwich", "pscl", "brglm2")) cat(p, as.character(packageVersion(p)), "\n")
cat(R.version.string, "\n")
