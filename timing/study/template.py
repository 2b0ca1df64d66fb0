"""A commented study file for a user's own tables, to be read and changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from timing.errors import ArgumentError, SchemaError
from timing.readers.own.guesses import guess_columns, guess_options, sniff_columns
from timing.whole import write_whole

_HEAD = """\
# A study of your own events and your own calendar.
#
#   timing validate {name}    all that is wrong with this file and the tables
#   timing run {name}         tables, figures and a report
#
# What is behind a # is what is done anyway, or an example: take the # away to change
# it. Write down what you expect, and why, before you look at results.

title = {title}
# why = "What made you ask, and what you knew when you wrote this file."
# seed = 1

[data]
# Time zone whose days are counted; needed where times have an offset or rows a zone.
# zone = "Europe/Madrid"

[data.events]
file = {events}
{event_columns}
[data.calendar]
file = {calendar}
{calendar_columns}
"""
_READING = """\
# dates = "day-first"      # or "month-first": 03/04/2015; or a format: "%d.%m.%y"
# approximate = 3          # days by which dates marked ~ or ? may be off
{delimiter}
{sheet}
# encoding = "cp1252"

[data.{name}.columns]
{about}
{columns}"""
_EXAMPLES = {"delimiter": ";", "sheet": "2015"}
_ABOUT = {
    "events": """\
# Your column for each of ours: date, time, earliest, latest, id, size, class, zone.
# These were found by their names; check them.""",
    "calendar": """\
# Your column for each of ours: start, end (or span, such as 2015-03-01/2015-03-04), id,
# name, category, zone, announced, meeting_start, meeting_end, episode. These were found
# by their names; check them. Without an end, events last a day.""",
}
_REST = """\
[outcome]
# unit = "day"             # or "event", or "episode": days of a campaign count once
# classes = []             # values of the column class; all by default

[period]
# By default the whole months from the first to the last event.
# start = 2001-01-01
# end = 2020-12-31
# exclude = [["2010-01-01", "2010-12-31"]]    # nothing could be recorded then

[window]
# before = 7               # days before the first day of a calendar event
# after = 7                # days after its last day
# anchor = "interval"

[test]
# strata = "month"         # the time scale that the null holds fixed
# alternative = "two-sided"

# One table for each hypothesis; the first is the primary one.
[[hypotheses]]
name = "primary"
label = "all calendar events"
expected = "more"          # or "fewer"
# categories = []          # values of the column category; all by default
# why = "Why more, or fewer, events are expected around them."

# Variants of the primary hypothesis change one choice each. Without any the usual ones
# are run: other windows, quarters and years held fixed, episodes.
# [[variants]]
# label = "three days either side"
# before = 3
# after = 3

[checks]
# max_lag = 30
# scan_days = [0, 1, 3, 7, 14]
# n_replicates = 200       # simulated records for size and power; more is more precise
# n_random_calendars = 199
"""


def write_template(path: str | Path, events: str | Path, calendar: str | Path) -> Path:
    """Write a study file for two tables.

    Parameters
    ----------
    path : str or Path
        File to write; it must not exist.
    events, calendar : str or Path
        Tables in any format of `timing.readers`. Their columns are guessed by name,
        and so are the delimiter, and the sheet of several; those of a table that
        cannot be read without being told how are left to the user.

    Returns
    -------
    Path

    Raises
    ------
    ArgumentError
        If `path` exists.
    OSError
        If a table cannot be opened.
    """
    path, events, calendar = Path(path), Path(events), Path(calendar)
    if path.exists():
        msg = f"{path}: there is such a file already; name another by --study."
        raise ArgumentError(msg)
    title = f"Do events of {events.name} cluster around those of {calendar.name}?"
    text = _HEAD.format(
        name=path.name,
        title=_quoted(title),
        events=_quoted(_seen_from(path, events)),
        calendar=_quoted(_seen_from(path, calendar)),
        event_columns=_reading("events", events),
        calendar_columns=_reading("calendar", calendar),
    )
    write_whole(path, text + _REST)
    return path


def _seen_from(path: Path, file: Path) -> str:
    """Name a file as seen from the folder of the study file."""
    folder = path.resolve().parent
    try:
        return Path(os.path.relpath(file.resolve(), folder)).as_posix()
    except ValueError:  # on another drive
        return file.resolve().as_posix()


def _reading(name: Literal["events", "calendar"], file: Path) -> str:
    """Write how a table is read; there is nothing to say of an iCalendar file."""
    if file.suffix.lower() == ".ics":
        return ""
    options, columns = _guessed(name, file)
    lines = [f"{ours} = {_quoted(theirs)}\n" for ours, theirs in columns.items()]
    how = {
        option: f"{option} = {_quoted(options[option])}"
        if option in options
        else f'# {option} = "{example}"'
        for option, example in _EXAMPLES.items()
    }
    return _READING.format(name=name, about=_ABOUT[name], columns="".join(lines), **how)


def _guessed(
    name: Literal["events", "calendar"], file: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """Guess options and columns; none of what must be told first how it is read."""
    try:
        options = guess_options(file)
        seen = sniff_columns(
            file, delimiter=options.get("delimiter"), sheet=options.get("sheet")
        )
    except SchemaError:
        return {}, {}
    return options, guess_columns(seen, kind=name)


def _quoted(text: str) -> str:
    """Write text as a string of TOML."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = (c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(safe)}"'
