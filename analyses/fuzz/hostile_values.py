"""Single values as careless and hostile users give them."""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import datetime as dt
import decimal
import fractions
from typing import Any

import numpy as np
import pandas as pd
from contract import UsersOwn
from hypothesis import strategies as st
from rules import MARKUP

ZONES = (
    "Asia/Seoul", "UTC", "America/New_York", "Asia/Pyongyang", "Pacific/Apia",
    "Pacific/Kiritimati", "Africa/Monrovia", "America/St_Johns", "Etc/GMT+12",
)  # fmt: skip
BAD_ZONES = (
    "Mars/Olympus", "../../etc/passwd", "\x00", " ", "utc ", "GMT+25", "a" * 300, "/",
    "America", "posixrules", 5, None, float("nan"), True, "EST5EDT", "localtime", "Ω",
)  # fmt: skip
TEXTS = (
    "a", "b", "x y", "", " ", "=1+1", "+SUM(A1)", "-2", "@cmd", MARKUP, "&amp;", "\x00",
    "\u202eabc", "\u05d0\u05d1", "é", "\ud55c\uae00", "a\nb", "a\tb", "'; DROP TABLE",
    "nan", "None", "all", "0", "1", "$x_1$", "{}", "%s", "\\", "\U0001f680", "a" * 200,
)  # fmt: skip


class Unprintable:
    """An object of the user's own whose description fails."""

    def __repr__(self) -> str:
        """Fail."""
        msg = "no description"
        raise UsersOwn(msg)


class OddDate(dt.date):
    """A date of the user's own class."""


class OddText(str):
    """Text of the user's own class."""

    __slots__ = ()


ODD: tuple[Any, ...] = (
    None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT", "us"), True, False, 0, 1,
    -1, 7, 20180301, 10**30, 1.5, float("inf"), -float("inf"), -0.0, 1e308,
    b"2018-03-01", "", " ", "x", "2018-3-1", "2018-02-30", "2018-13-01", "01/02/2018",
    "20180301", "2018-W05", "2018-060", "0001-01-01", "9999-12-31", "10000-01-01",
    "-0001-01-01", "2018-03-01T25:00", "2018-03-01 12:00+99:00",
    "2018-03-01T00:00:00.123456789", "2018-03-01Z", "0001-01-01T00:00+14:00",
    "9999-12-31T23:59-12:00",
    "\uff12018-03-01", "\ud800", "2018-03-01\n", "\u202e2018-03-01", "=2018-03-01",
    MARKUP, "\x00",
    dt.date.min, dt.date.max, OddDate(2018, 3, 1), OddText("2018-03-01"),
    dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001
    dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC),
    dt.datetime(2018, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    dt.time(12), dt.timedelta(days=3), pd.Timestamp.min, pd.Timestamp.max,
    pd.Timestamp("2018-03-01", tz="America/New_York"), pd.Timedelta("1D"),
    pd.Period("2018-03", "M"), pd.Interval(0, 1), np.datetime64("2018-03-01"),
    np.datetime64("2018"), np.datetime64("1066-10-14"), np.datetime64("3000-01-01"),
    np.datetime64("12000-01-01"), np.datetime64("-3000-01-01"),
    np.datetime64("2018-03-01T12", "ns"), np.timedelta64(1, "D"), np.int64(17591),
    np.float64(3.0), np.bool_(True), np.str_("2018-03-01"), np.array(["2018-03-01"]),
    np.array(7), decimal.Decimal("3"), decimal.Decimal("NaN"), fractions.Fraction(1, 3),
    1j, (), [], {}, set(), [1, 2], ("2018-03-01",), {"a": 1}, object, len,
    Unprintable(), range(3), Ellipsis, memoryview(b"x"), UsersOwn("x"),
)  # fmt: skip
"""Values that no argument expects, or that only some do."""

odd = st.sampled_from(ODD)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=6))


def mostly(
    usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any] = odd, *, one_in: int
) -> st.SearchStrategy[Any]:
    """Draw from `usual`, and now and then from `other`."""
    return st.integers(1, one_in).flatmap(lambda n: other if n == one_in else usual)


seeds = mostly(
    st.integers(0, 2**32),
    st.sampled_from(
        [-1, 1.5, "x", True, (1, 2), [3], np.random.SeedSequence(1), 2**100,
         np.random.RandomState(1), np.random.PCG64(1), np.random.default_rng]
    ),
    one_in=20,
)  # fmt: skip
generators = seeds | st.integers(0, 99).map(np.random.default_rng)


def choice(*allowed: Any, one_in: int = 40) -> st.SearchStrategy[Any]:
    """Draw an allowed value, now and then an odd one."""
    return mostly(st.sampled_from(allowed), odd, one_in=one_in)


def amount(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw how much is to be done; now and then an odd value, but not years of work."""
    large = [v for v in ODD if type(v) in (int, np.int64) and v >= 100]
    quick = [v for v in ODD if all(v is not other for other in large)]
    wild = st.integers(-3, 0) | st.floats() | st.sampled_from(quick)
    return mostly(usual, wild, one_in=40)


def number(
    usual: st.SearchStrategy[Any], *, one_in: int = 40
) -> st.SearchStrategy[Any]:
    """Draw a number, now and then an odd one."""
    wild = st.floats() | st.integers(-3, 10**12) | odd
    return mostly(usual, wild, one_in=one_in)
