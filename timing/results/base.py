"""What all results share: the request, what was left out, printing and storing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from timing.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class ConfidenceInterval(NamedTuple):
    """Limits of an interval; one may be 0 or infinite."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Rows that a step left out.

    Attributes
    ----------
    table : str
        ``"tests"`` or ``"calendar"``.
    reason : str
    rows : int
    ids : tuple of str
        Ids of the rows, or their position where the table has no ids.
    """

    table: str
    reason: str
    rows: int
    ids: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """The whole request behind a result, and the data that it saw.

    Attributes
    ----------
    method : str
        Function that made the result.
    null : str
        The null hypothesis in words.
    period, window : str
        Study period and window in words.
    anchor, unit, alternative : str
    confidence_level : float
    tests_sha256, calendar_sha256 : str
        Hash of the dated rows that were passed in.
    version : str
        Version of this package.
    options : dict
        Further options of the method.
    """

    method: str
    null: str
    period: str
    window: str
    anchor: str
    unit: str
    alternative: str
    confidence_level: float
    tests_sha256: str = field(repr=False)
    calendar_sha256: str = field(repr=False)
    version: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExactNull:
    """An exact null distribution.

    Attributes
    ----------
    support : (m,) array of int or float
        Values of the statistic.
    probability : (m,) array of float
        Their probabilities; they sum to 1.
    """

    support: IntArray | FloatArray = field(repr=False)
    probability: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SampledNull:
    """A null distribution as values of the statistic, equally likely.

    Attributes
    ----------
    samples : (n,) array of float
        The first is the observed value where the values are an enumeration.
    """

    samples: FloatArray = field(repr=False)


def encode(value: Any) -> Any:  # noqa: ANN401 - any field of a result
    """Turn a field into what JSON can hold; non-finite numbers become strings."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray):
        return [encode(v) for v in value.tolist()]
    if isinstance(value, dict):
        return {str(k): encode(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [encode(v) for v in value]
    if isinstance(value, np.generic):
        return encode(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def decode_numbers(values: list[Any]) -> npt.NDArray[Any]:
    """Inverse of `encode` for an array."""
    return np.array([float(v) if isinstance(v, str) else v for v in values])


class Result:
    """What all results share; concrete results are frozen dataclasses."""

    __slots__ = ()
    title: ClassVar[str] = "Result"
    table_fields: ClassVar[tuple[str, ...]] = ()

    def confidence_interval(self) -> ConfidenceInterval:
        """Confidence interval of the rate ratio at the specification's level."""
        low, high = self.interval  # type: ignore[attr-defined]
        return ConfidenceInterval(low, high)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values; `from_dict` makes the result again."""
        encoded: dict[str, Any] = encode(self)
        return {"kind": type(self).__name__, **encoded}

    def to_frame(self) -> pd.DataFrame:
        """One tidy row: the numbers, the interval and the specification."""
        row: dict[str, Any] = {n: getattr(self, n) for n in self.table_fields}
        row["ci_low"], row["ci_high"] = self.confidence_interval()
        specification: Specification = self.specification  # type: ignore[attr-defined]
        for f in fields(specification):
            if f.name != "options":
                row[f.name] = getattr(specification, f.name)
        row.update(specification.options)
        return pd.DataFrame([row])

    def summary(self) -> str:
        """Text for people; see the concrete result."""
        raise NotImplementedError

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """The exposure effect on the log scale, for the package maketables."""
        if "rate_ratio" not in self.table_fields:
            msg = f"{type(self).__name__} has no rate ratio"
            raise AttributeError(msg)
        row = Result.to_frame(self).iloc[0]
        ratio = row.get("conditional_rate_ratio", row["rate_ratio"])
        b, low, high = (
            math.log(value) if 0 < value < math.inf else math.nan
            for value in (ratio, row["ci_low"], row["ci_high"])
        )
        numbers = {"b": b, "se": row.get("std_error", math.nan), "p": row["pvalue"]}
        if row["confidence_level"] == 0.95:
            numbers |= {"ci95l": low, "ci95u": high}
        return pd.DataFrame(numbers, index=pd.Index(["exposed"], name="Coefficient"))

    def __maketables_stat__(self, key: str) -> object:
        """One number of the foot of a table, for the package maketables."""
        row = Result.to_frame(self).iloc[0]
        names = {"N": "n_obs" if "n_obs" in row else "at_risk_days", "se_type": "cov"}
        value = row.get(names.get(key, key))
        return value.item() if isinstance(value, np.generic) else value

    @property
    def __maketables_depvar__(self) -> str:
        """What the model explains, for the package maketables."""
        return "events"

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        """Numbers of the foot of a table, for the package maketables."""
        return ["N", "n_launches", "exposed_days", "se_type"]

    @property
    def __maketables_stat_labels__(self) -> dict[str, str]:
        """Labels of these numbers, for the package maketables."""
        return {"n_launches": "Events", "exposed_days": "Exposed days"}

    def _repr_html_(self) -> str:
        table = self.to_frame().T
        html: str = table.to_html(header=False, float_format=lambda v: f"{v:.4g}")
        return f"<p><b>{self.title}</b></p>{html}"

    def __str__(self) -> str:
        return self.summary()


def format_p(value: float) -> str:
    """Write a p-value with three decimals, more digits where it is small."""
    return f"{value:.3f}" if value >= 0.001 else f"{value:.2g}"


def format_ratio(value: float) -> str:
    """Write a rate ratio with two decimals, or a word where it is no number."""
    if math.isnan(value):
        return "undefined"
    return "infinite" if math.isinf(value) else f"{value:.2f}"


def format_limits(low: float, high: float) -> str:
    """Write the limits of a rate ratio."""
    return f"{format_ratio(low)} to {format_ratio(high)}"


def format_interval(low: float, high: float, level: float) -> str:
    """Write an interval with its level."""
    return f"{100 * level:g}% interval {format_limits(low, high)}"


def format_dropped_lines(dropped: tuple[Dropped, ...]) -> list[str]:
    """Write one line for each kind of row left out."""
    return [f"  left out of {d.table}: {d.rows} ({d.reason})" for d in dropped]


def format_power(value: float, alternative: str) -> str:
    """Write the minimum detectable rate ratio as a sentence."""
    if value in (0.0, math.inf) or math.isnan(value):
        return "Power: no rate ratio could be found with 80% power on these data"
    way = "at most" if alternative == "less" else "at least"
    ratio = format_ratio(value)
    return f"Power: a rate ratio of {way} {ratio} would be found 4 times in 5"


def format_equivalence(margin: float, pvalue: float) -> str:
    """Write the equivalence test as a sentence."""
    return (
        f"Equivalence: the rate ratio lies between {format_ratio(1 / margin)} and "
        f"{format_ratio(margin)}, p = {format_p(pvalue)}"
    )


def decode_fields(
    stored: Mapping[str, Any], cls: type[Result], *, skip: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Fields of `cls` that need no rule of their own, decoded."""
    if stored.get("kind") != cls.__name__:
        msg = f"`stored` holds a {stored.get('kind')!r}, not a {cls.__name__!r}."
        raise ArgumentError(msg)
    decoded: dict[str, Any] = {}
    for f in fields(cls):  # type: ignore[arg-type]
        if f.name in skip or f.name == "null_distribution":
            continue
        value = stored[f.name]
        if f.name in ("interval", "pvalue_range"):
            value = (float(value[0]), float(value[1]))
        elif f.name == "dropped":
            value = tuple(Dropped(**{**d, "ids": tuple(d["ids"])}) for d in value)
        elif f.name == "specification":
            value = Specification(**value)
        elif f.name == "warnings":
            value = tuple(value)
        elif value in ("inf", "-inf", "nan"):
            value = float(value)
        decoded[f.name] = value
    return decoded
