"""Readers of users' files and of the upstream lists."""

from timing.errors import MissingExtraError
from timing.readers.cns import read_cns
from timing.readers.cns_json import read_cns_json
from timing.readers.csis import read_csis
from timing.readers.history_at_state import read_travels, read_visits
from timing.readers.ical import read_icalendar
from timing.readers.ical_writer import write_icalendar
from timing.readers.own.calendar import read_calendar
from timing.readers.own.events import read_events
from timing.readers.own.guesses import guess_columns, sniff_columns
from timing.readers.tables import read_table

__all__ = [
    "MissingExtraError",
    "guess_columns",
    "read_calendar",
    "read_cns",
    "read_cns_json",
    "read_csis",
    "read_events",
    "read_icalendar",
    "read_table",
    "read_travels",
    "read_visits",
    "sniff_columns",
    "write_icalendar",
]
