"""Tables for papers: results side by side, as frames, Markdown, LaTeX and HTML."""

from timing.tables.results import results_table
from timing.tables.writing import write_table

__all__ = ["results_table", "write_table"]
