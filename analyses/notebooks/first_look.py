# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # A first look in five minutes
#
# Do North Korean weapons tests cluster around summits of the US and South Korean
# presidents? Open this file with Jupyter (jupytext) or run it as a script.

# %%
import warnings

import timing

tests = timing.load_tests(weapons=["ballistic", "cruise", "satellite", "nuclear"])
summits = timing.load_calendar(["rok_us_summit", "us_president_visit_rok"])
period = timing.StudyPeriod("2012-01-01", "2026-08-20")
window = timing.Window(before=7, after=7)
len(tests), len(summits)

# %% [markdown]
# Every row names its sources, says which clock it is on, and how sure it is.

# %%
tests.tail(3)[["test_id", "date", "time", "weapon", "system", "confidence", "dispute"]]

# %%
ax = timing.plot_timeline(tests, summits, period=period)

# %% [markdown]
# ## The test
#
# The null hypothesis: given the launch rate of each calendar month, the calendar could
# as well have been shifted by any number of days. Every result says its null in words,
# puts the naive p-value beside the valid one, and says what it could have found.

# %%
result = timing.randomization_test(tests, summits, period=period, window=window)
print(result)

# %%
ax = timing.plot_null_distribution(result)

# %% [markdown]
# ## How much does the answer depend on what is held fixed?

# %%
profile = timing.timescale_profile(tests, summits, period=period, window=window)
ax = timing.plot_timescale_profile(profile)

# %% [markdown]
# ## One summit: how surprising was Gyeongju?
#
# The base rate of its kind is what a story should quote.

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore", timing.errors.SelectionWarning)  # the text says it
    gyeongju = timing.surprise(
        tests,
        "20251029-rok_us_summit-1",
        window=timing.Window(before=7, after=0),
        calendar=summits,
        period=timing.StudyPeriod("2011-01-01", "2026-08-20"),
    )
print(gyeongju)
