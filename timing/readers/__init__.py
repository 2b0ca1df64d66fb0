"""Readers of users' files."""

from timing.readers.tables import read_table

__all__ = ["read_table"]
