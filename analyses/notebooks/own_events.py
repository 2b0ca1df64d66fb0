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
# # Bring your own events
#
# Any dated events, any calendar of intervals. Here the events are the days on which the
# Security Council adopted or discussed a text on the DPRK, and the calendar holds its
# nuclear tests and satellite launches: resolutions answer launches, so this is a case
# where an association must be found.

# %%
import pandas as pd

import timing

votes = timing.load_calendar(["unsc_resolution_dprk", "unsc_prst_dprk"])
events = pd.DataFrame({"date": votes["start"]})
launches = timing.load_tests(weapons=["nuclear", "satellite"])
calendar = pd.DataFrame({"start": launches["date"], "end": launches["date"]})
events.head(3)

# %% [markdown]
# Only days after a launch count: 0 to 45 days after.

# %%
period = timing.StudyPeriod("2006-01-01", "2017-12-31")
window = timing.Window(before=0, after=45)
result = timing.permutation_test(
    events, calendar, period=period, window=window, null=timing.CircularShift("year")
)
print(result)

# %% [markdown]
# Dates that cannot be read, rows outside the period, events of unknown day: what was
# left out is in the result, with the reason.

# %%
result.dropped

# %% [markdown]
# ## Plan before you look
#
# What would a test see, if events came like yours?

# %%
process = timing.processes.fitted(events, period=period)
plan = {"period": period, "window": window, "n_launches": len(events)}
timing.power(
    process,
    calendar,
    **plan,
    rate_ratios=[2.0, 4.0, 8.0],
    n_replicates=50,
    rng=1,
    progress=False,
).to_frame()

# %% [markdown]
# ## Tables for papers

# %%
print(timing.results_table({"votes after launches": result}, format="markdown"))
