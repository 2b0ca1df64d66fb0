"""The true nulls of the validity study: launches and calendars that ignore each other.

Windows of 7 days either side, the study period of the record (2012 to 20 August 2026)
and its 198 launches. Calendars are the real one (281 US-led summits, visits and
gatherings) or 60 events of one day, drawn anew for each data set. In the settings with
a shared cause both series follow the same rate, which is no effect of one on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from timing.processes import (
    Campaigns,
    DrawnCalendar,
    Given,
    Latent,
    Poisson,
    Process,
    Rate,
    Renewal,
    Season,
    SelfExciting,
    Trend,
    fitted,
)
from timing.scenario import Scenario, scenario_of
from timing.study.size import summit_density
from timing.study.specification import US_LED
from timing.study.testing import grid_of

N_EVENTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A true null.

    Attributes
    ----------
    name : str
    group : str
        What makes it hard.
    scenario : Scenario
    """

    name: str
    group: str
    scenario: Scenario


def _drawn(process: Process, *, shared: bool = True) -> DrawnCalendar:
    return DrawnCalendar(n_events=N_EVENTS, process=process, shared=shared)


@cache
def settings() -> dict[str, Setting]:
    """Return all settings by name, the easiest first."""
    primary = US_LED
    grid = grid_of(primary)
    real = primary.calendar()
    density = Given(summit_density(grid), "the density of summits over half a year")
    record = fitted(primary.tests(), period=primary.period)
    clustered = SelfExciting(0.5, 20.0)

    def excited(rate: Rate) -> SelfExciting:
        return SelfExciting(rate=rate)

    table: dict[str, tuple[str, Process, object]] = {
        "independent": ("independent", Poisson(), real),
        "trend": ("independent", Poisson(Trend()), real),
        "even gaps": ("independent", Renewal(3.0), real),
        "uneven gaps": ("clustered", Renewal(0.4), real),
        "campaigns": ("clustered", Campaigns(), real),
        "self-exciting, mild": ("clustered", SelfExciting(0.3, 10.0), real),
        "self-exciting": ("clustered", SelfExciting(), real),
        "self-exciting, strong": ("clustered", SelfExciting(0.9, 60.0), real),
        "fitted to the record": ("clustered", record, real),
        "both clustered": (
            "clustered",
            SelfExciting(),
            _drawn(clustered, shared=False),
        ),
        "shared trend": ("shared cause", excited(Trend()), _drawn(Poisson())),
        "shared season": ("shared cause", excited(Season()), _drawn(Poisson())),
        "shared season and trend": (
            "shared cause",
            excited(Season() * Trend()),
            _drawn(clustered),
        ),
        "shared density of summits": ("shared cause", excited(density), real),
        "shared, 180 days": (
            "shared cause",
            excited(Latent(180.0)),
            _drawn(Poisson()),
        ),
        "shared, 60 days": ("shared cause", excited(Latent(60.0)), _drawn(Poisson())),
        "shared, 20 days": ("shared cause", excited(Latent(20.0)), _drawn(Poisson())),
    }
    return {
        name: Setting(
            name=name,
            group=group,
            scenario=scenario_of(
                process,
                calendar,  # type: ignore[arg-type]
                period=primary.period,
                window=primary.window,
                n_launches=grid.n_launches,
            ),
        )
        for name, (group, process, calendar) in table.items()
    }
