"""How to cite the package and its data."""

from __future__ import annotations

from timing._version import __version__
from timing.datasets import data_package, load_sources


def citation(*, data: bool = True) -> str:
    """Return the citations of the package, its tables and their upstream databases.

    Parameters
    ----------
    data : bool, default True
        Whether the curated tables were used.

    Examples
    --------
    >>> print(citation())
    Software
      The event-timing developers. event-timing: exact tests of event timing, ...
    """
    software = [
        "Software",
        "  The event-timing developers. event-timing: exact tests of event timing, "
        f"version {__version__} (MIT).",
    ]
    if not data:
        return "\n".join(software)
    package = data_package()
    licence = package["licenses"][0]["name"]
    sources = load_sources()
    databases = sources[sources["kind"] == "database"].sort_values("title")
    lines = [
        *software,
        "Data",
        f"  The event-timing developers. {package['title']}, version {__version__} "
        f"({licence}).",
        "Databases that the tables build on (cite those that your selection uses)",
        *(
            f"  {row.publisher}. {row.title}. {row.url} ({row.licence})"
            for row in databases.itertuples()
        ),
        "  US Office of the Historian. Travels Abroad of the President and the "
        "Secretary of State; Visits by Foreign Leaders. "
        "https://history.state.gov/departmenthistory (CC0)",
        "Every row names its own sources: timing.load_sources() resolves them.",
    ]
    return "\n".join(lines)
