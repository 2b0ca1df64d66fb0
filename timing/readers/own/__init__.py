"""Users' tables of events and calendars, in any usual form."""
