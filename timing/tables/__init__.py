"""Tables for papers: results side by side, as frames, Markdown, LaTeX and HTML."""

from timing.tables.plain import csv_table
from timing.tables.results import results_table
from timing.tables.word import docx_table
from timing.tables.writing import latex_text, write_table

__all__ = ["csv_table", "docx_table", "latex_text", "results_table", "write_table"]
