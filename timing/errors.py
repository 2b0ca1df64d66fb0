"""Errors and warnings; every message names the argument or file, and the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


FAILURE_COLUMNS = ["table", "row", "column", "value", "rule"]


def _table(failures: Sequence[tuple[str, int, str, object, str]]) -> pd.DataFrame:
    # Any value at all may have failed, text that cannot be encoded too.
    rows = [
        (*place, value.item() if isinstance(value, np.generic) else value, rule)
        for *place, value, rule in failures
    ]
    frame = pd.DataFrame(rows, columns=FAILURE_COLUMNS, dtype=object)
    return frame.astype({"row": "int64"})


class TimingError(ValueError):
    """Base class of all errors that a user's input can cause."""


class ArgumentError(TimingError):
    """An argument breaks its rule."""


class SchemaError(TimingError):
    """A table breaks its schema.

    Parameters
    ----------
    failures : sequence of (table, row, column, value, rule)
        ``row`` counts from 1 below the header; it is 0 where a whole column is meant.

    Attributes
    ----------
    failures : DataFrame
        One row per failure.
    """

    SHOWN = 5

    def __init__(self, failures: Sequence[tuple[str, int, str, object, str]]) -> None:
        self.failures = _table(failures)
        super().__init__(self._message())

    def _message(self) -> str:
        lines = []
        for table, row, column, value, rule in self.failures.head(
            self.SHOWN
        ).to_numpy():
            where = (
                f"row {row}, column '{column}': {value!r}"
                if row
                else f"column '{column}'"
            )
            lines.append(f"{table}: {where}: {rule}")
        hidden = len(self.failures) - self.SHOWN
        if hidden > 0:
            lines.append(
                f"... and {hidden} more (see .failures; in a shell: timing validate)"
            )
        return "\n".join(lines)


class DeclarationError(ArgumentError):
    """The declaration of a study, or a table that it names, breaks rules.

    Parameters
    ----------
    failures : sequence of (table, row, column, value, rule)
        As in `SchemaError`; for a key of the declaration the table is its place in the
        file and ``row`` is 0.
    message : str

    Attributes
    ----------
    failures : DataFrame
        One row per failure, all of them.
    """

    def __init__(
        self, failures: Sequence[tuple[str, int, str, object, str]], message: str
    ) -> None:
        self.failures = _table(failures)
        super().__init__(message)


class EmptySelectionError(TimingError):
    """Nothing is left after the selection, so that there is nothing to test."""


class NoContrastError(TimingError):
    """All at-risk days are exposed, or none is: there is nothing to compare."""


class EstimationError(TimingError):
    """A model could not be fitted."""


class MissingExtraError(TimingError, ImportError):
    """A library of one of the package's extras is not installed."""


class TimingWarning(UserWarning):
    """Base class of the package's warnings."""


class LowInformationWarning(TimingWarning):
    """Exposure fills so much of the strata that little information is left."""


class SeparationWarning(TimingWarning):
    """A cell of the design is empty; an exact answer replaces the fitted one."""


class FallbackWarning(TimingWarning):
    """A model failed and a named, simpler one took its place."""


class SelectionWarning(TimingWarning):
    """What was tested may have been picked because of its outcome."""


class PrecisionWarning(TimingWarning):
    """A sampled p-value is less precise than was asked for."""


class InterruptedWarning(TimingWarning):
    """A long run was stopped early; the result rests on what was done by then."""


class ClusteringWarning(TimingWarning):
    """The launches cluster in a way that the chosen null does not hold fixed."""


class RepeatingCalendarWarning(TimingWarning):
    """The calendar repeats itself, so that shifts of all of it cannot tell much."""


class InvalidNullWarning(TimingWarning):
    """The null model does not fit the data well enough for its p-value."""
