"""What every call must keep, whatever it is given.

A call ends in a result or in a documented error. It warns only in the package's own
classes, changes neither its arguments nor the global random state, touches no file
outside its folder, no network and no pickle, and does the same when it is called again.
"""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.stats  # noqa: F401 - compiles text when it is loaded
import statsmodels.api  # noqa: F401
from guard import Breach, guarded, limited
from rules import check_value

from timing.errors import TimingError, TimingWarning

_STATEFUL = (
    np.random.Generator, np.random.RandomState, np.random.BitGenerator,
    np.random.SeedSequence,
)  # fmt: skip


class UsersOwn(Exception):
    """Raised by a callable of the user; it may pass through."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a public function.

    Attributes
    ----------
    function : callable
    args, kwargs : tuple, dict
    check : callable, optional
        Further rules that a returned value must keep; raises `Breach`.
    errors : tuple of exception classes
        Allowed besides `TimingError`, for callables and files.
    repeatable : bool
        Whether a second call must give the same.
    folder : Path, optional
        The only one that may be written to.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    check: Callable[[Any], None] | None = None
    errors: tuple[type[Exception], ...] = ()
    repeatable: bool = True
    folder: Path | None = None

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", repr(self.function))
        parts = [describe(value) for value in self.args]
        parts += [f"{k}={describe(value)}" for k, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"


def describe(value: object) -> str:
    """Write a value so that a reader can make it again."""
    try:
        if isinstance(value, pd.DataFrame):
            kinds = [str(kind) for kind in value.dtypes]
            return f"DataFrame({value.to_dict('split')!r}, dtypes={kinds})"
        if isinstance(value, pd.Series):
            return (
                f"Series({value.tolist()!r}, index={list(value.index)!r}, "
                f"dtype={value.dtype}, name={value.name!r})"
            )
        if isinstance(value, Mapping):
            inner = (f"{k!r}: {describe(v)}" for k, v in value.items())
            return f"{{{', '.join(inner)}}}"
        text = repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__}>"
    return text


def obey(call: Call) -> str:
    """Make a call twice and return how it ended: "accepted" or "documented".

    Raises
    ------
    Breach
        If the contract is broken; the text says how.
    """
    before = fingerprint((call.args, call.kwargs))
    first = _end(call, copied(call))
    if fingerprint((call.args, call.kwargs)) != before:
        msg = "an argument was changed"
        raise Breach(msg)
    if not isinstance(first, Exception):
        _checked(call, first)
    if call.repeatable:
        second = _end(call, copied(call))
        if summary_of(first) != summary_of(second):
            msg = f"a second call differs: {_difference(first, second)}"
            raise Breach(msg)
    return "documented" if isinstance(first, Exception) else "accepted"


def _checked(call: Call, value: object) -> None:
    """Put all rules to a returned value; what fails in that breaks them too."""
    try:
        check_value(value)
        if call.check is not None:
            call.check(value)
    except Breach:
        raise
    except Exception as error:
        msg = f"the result: {_in_words(error)}"
        raise Breach(msg) from error


def copied(call: Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a call with fresh generators, which a call uses up."""

    def fresh(value: object) -> object:
        return copy.deepcopy(value) if isinstance(value, _STATEFUL) else value

    kwargs = {name: fresh(value) for name, value in call.kwargs.items()}
    return tuple(fresh(value) for value in call.args), kwargs


def _end(call: Call, arguments: tuple[tuple[Any, ...], dict[str, Any]]) -> Any:
    """Return the result of a call, or its documented error."""
    args, kwargs = arguments
    state = _random_state()
    try:
        with guarded(call.folder), limited(), warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", TimingWarning)
            value = call.function(*args, **kwargs)
    except TimingError as error:
        value = error
        check_message(error)
    except (UsersOwn, *call.errors) as error:
        value = error
    except TypeError as error:
        # Python itself refused the keywords where no line of a library was reached.
        if _in_words(error).startswith("TypeError at ?"):
            value = error
        else:
            raise Breach(_in_words(error)) from error
    except Breach:
        raise
    except Exception as error:
        raise Breach(_in_words(error)) from error
    if _random_state() != state:
        msg = "the global random state was changed"
        raise Breach(msg)
    return value


def _in_words(error: BaseException) -> str:
    """Kind, text and the innermost line of the package."""
    place = "?"
    step = error.__traceback__
    while step is not None:
        path = Path(step.tb_frame.f_code.co_filename)
        if ("timing" in path.parts and "site-packages" not in path.parts) or (
            place == "?" and path.parent != Path(__file__).parent
        ):
            place = f"{path.name}:{step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__} at {place}: {str(error)[:300]}"


def check_message(error: TimingError) -> None:
    """Raise if an error says nothing."""
    if not str(error).strip():
        msg = f"{type(error).__name__} without a text"
        raise Breach(msg)


def _random_state() -> tuple[bytes, int]:
    state = np.random.get_state()  # noqa: NPY002 - the thing to guard
    return state[1].tobytes(), state[2]


# Comparing


def fingerprint(value: object) -> object:
    """Return what is equal for equal arguments, types and order among it."""
    if isinstance(value, pd.DataFrame):
        columns = [fingerprint(value.iloc[:, i]) for i in range(value.shape[1])]
        return "DataFrame", repr(list(value.columns)), columns
    if isinstance(value, pd.Series):
        kind, cells = str(value.dtype), [_cell(v) for v in value.array]
        return "Series", kind, repr(value.name), repr(list(value.index)), cells
    if isinstance(value, pd.Index):
        return "Index", str(value.dtype), [_cell(v) for v in value]
    if isinstance(value, np.ndarray):
        return "array", str(value.dtype), value.shape, [_cell(v) for v in value.ravel()]
    if isinstance(value, list | tuple | set | frozenset):
        return type(value).__name__, [fingerprint(v) for v in value]
    if isinstance(value, Mapping):
        return "Mapping", [(repr(k), fingerprint(v)) for k, v in value.items()]
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    return _cell(value)


def _cell(value: object) -> tuple[str, str]:
    try:
        return type(value).__name__, repr(value)
    except Exception as error:
        return type(value).__name__, type(error).__name__


def summary_of(value: object) -> object:
    """Return what is equal for equal ends of calls."""
    if isinstance(value, Exception):
        return type(value).__name__, str(value)
    if hasattr(value, "to_dict") and hasattr(value, "summary"):
        return json.dumps(value.to_dict())
    if type(value).__module__.startswith("matplotlib"):
        return type(value).__name__
    return fingerprint(value)


def _difference(first: object, second: object) -> str:
    one, two = str(summary_of(first)), str(summary_of(second))
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    return (
        f"...{one[max(at - 40, 0) : at + 40]} and ...{two[max(at - 40, 0) : at + 40]}"
    )
