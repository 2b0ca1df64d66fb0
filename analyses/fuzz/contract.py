"""What every call must keep, whatever it is given.

A call ends in a result or in a documented error. It warns only in the package's own
classes, changes neither its arguments nor the global random state, touches no file
outside its folder, no network and no pickle, and does the same when it is called again.
"""

# ruff: noqa: ANN401 - values of any kind are the subject

from __future__ import annotations

import copy
import dataclasses
import json
import math
import os
import re
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.stats  # noqa: F401 - compiles text when it is loaded
import statsmodels.api  # noqa: F401

from timing.errors import ArgumentError, TimingError, TimingWarning
from timing.results import Result

MARKUP = "<script>alert(1)</script>"
"""Text of users; no HTML may hold it as it is."""


_STATEFUL = (
    np.random.Generator, np.random.RandomState, np.random.BitGenerator,
    np.random.SeedSequence,
)  # fmt: skip


class Breach(AssertionError):
    """A call breaks the contract."""


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
    global LAST
    LAST = str(first)  # TEMP
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
            place == "?" and "fuzz" not in path.parts
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


SECONDS = 20
"""Of the processor; no call of these sizes may take more."""


def _too_slow(*_: object) -> None:
    msg = f"more than {SECONDS} seconds"
    raise Breach(msg)


@contextmanager
def limited() -> Iterator[None]:
    """Stop a call that takes too long."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# What a process does outside its memory


_ALLOWED: list[Path | None] = []
"""Folders of the guarded calls under way; None where nothing may be written."""
_NEVER = (
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
    "socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
    "pickle.find_class", "shutil.rmtree", "ctypes.dlopen", "urllib.Request",
)  # fmt: skip
_CHANGES = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.copyfile", "shutil.move",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAKERS = ("dataclasses", "collections", "enum", "typing")
"""Modules of the standard library that compile the classes they make."""


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if not _ALLOWED:
        return
    if event in _NEVER and not _imports(event):
        msg = f"{event} {args!r}"
        raise Breach(msg)
    if event == "compile" and args[1] == "<string>":
        maker = sys._getframe(1).f_globals.get("__name__", "")
        if maker.split(".")[0] not in _MAKERS:
            msg = f"{maker} compiles text"
            raise Breach(msg)
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITING:
        _check_inside(event, args[0])
    if event in _CHANGES:
        for path in args:
            if isinstance(path, str | bytes | os.PathLike):
                _check_inside(event, path)


def _imports(event: str) -> bool:
    """Whether a library is being loaded for the first time, which may load others."""
    if event != "ctypes.dlopen":
        return False
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            return True
        frame = frame.f_back
    return False


def _check_inside(event: str, path: Any) -> None:
    if isinstance(path, int):
        return
    place = Path(os.fsdecode(path)).absolute()
    folder = _ALLOWED[-1]
    if place != Path(os.devnull) and (folder is None or folder not in place.parents):
        msg = f"{event} of {place}"
        raise Breach(msg)


@contextmanager
def guarded(folder: Path | None) -> Iterator[None]:
    """Refuse network, pickles, processes, and files outside a folder."""
    global _watching
    if not _watching:
        sys.dont_write_bytecode = True
        sys.addaudithook(_watch)
        _watching = True
    _ALLOWED.append(folder)
    try:
        yield
    finally:
        _ALLOWED.pop()


_watching = False


# What is returned


def check_value(value: object) -> None:
    """Raise if a returned value breaks the rules of its kind."""
    if isinstance(value, Result) or (
        hasattr(value, "to_dict") and hasattr(value, "summary")
    ):
        check_result(value)
    if isinstance(value, pd.DataFrame):
        check_pvalues("table", value)


def check_result(result: Any) -> None:
    """Raise if a result has an impossible number, or cannot be printed or stored."""
    _check_numbers(type(result).__name__, result)
    stored = result.to_dict()
    text = json.dumps(stored, allow_nan=False)
    for shown in (result.summary(), str(result), repr(result)):
        if not isinstance(shown, str) or not shown.strip():
            msg = "a result prints as nothing"
            raise Breach(msg)
    html = result._repr_html_()
    if MARKUP in html:
        msg = "_repr_html_ does not escape text of the user"
        raise Breach(msg)
    frame = result.to_frame()
    if not isinstance(frame, pd.DataFrame):
        msg = "to_frame gives no DataFrame"
        raise Breach(msg)
    check_pvalues(
        "to_frame", frame.drop(columns=_not_asked_for(result), errors="ignore")
    )
    _check_interval(result)
    if hasattr(result, "from_dict"):
        again = type(result).from_dict(json.loads(text))
        if json.dumps(again.to_dict(), allow_nan=False) != text:
            msg = "from_dict does not make the result again"
            raise Breach(msg)


def _check_interval(result: Any) -> None:
    try:
        low, high = result.confidence_interval()
    except (ArgumentError, AttributeError):
        return
    # Either both limits are numbers or neither is.
    if not (low <= high or (math.isnan(low) and math.isnan(high))):
        msg = f"confidence_interval() is {low} to {high}"
        raise Breach(msg)
    if low < 0:
        msg = f"confidence_interval() begins at {low}"
        raise Breach(msg)
    ratio = getattr(result, "conditional_rate_ratio", None)
    ratio = getattr(result, "rate_ratio", None) if ratio is None else ratio
    if ratio is None or math.isnan(ratio) or math.isnan(low):
        return
    if result.specification.confidence_level < _TELLING:
        return  # a one-sided limit at a low level lies on either side of the estimate
    slack = 1 + 1e-6
    if not (low <= ratio * slack and ratio <= high * slack):
        msg = f"the rate ratio {ratio} lies outside {low} to {high}"
        raise Breach(msg)


_TELLING = 0.8
"""Confidence level from which an interval must hold its estimate."""
_P_NAME = re.compile(r"(^|_)(pvalue|p)(_|$)|pvalues?$|^p_")
_NOT_P = ("pvalue_error", "pvalue_type", "p_if", "global_pvalue_error")


def _check_numbers(where: str, value: Any) -> None:
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    for part in dataclasses.fields(value):
        found, name = getattr(value, part.name), f"{where}.{part.name}"
        blank = found is None or part.name in (*_NOT_P, *_not_asked_for(value))
        if _P_NAME.search(part.name) and not blank:
            check_p(name, found)
        if part.name.endswith("rate_ratio") and isinstance(found, float) and found < 0:
            msg = f"{name} is {found}"
            raise Breach(msg)
        if part.name == "null_distribution" and hasattr(found, "probability"):
            check_distribution(found)
        for item in found if isinstance(found, tuple) else (found,):
            _check_numbers(name, item)
        if isinstance(found, pd.DataFrame):
            check_pvalues(
                name, found.drop(columns=_not_asked_for(value), errors="ignore")
            )


def _not_asked_for(result: Any) -> list[str]:
    """Columns of p-values that are blank because nobody asked for them."""
    blank = []
    if getattr(result, "step_down", True) is False:
        blank.append("p_step_down")
    if getattr(result, "pvalue", 1.0) is None:
        blank.append("pvalue")
    chosen = getattr(getattr(result, "specification", None), "options", {})
    if chosen.get("controls", "no controls") != "no controls":
        blank.append("equivalence_pvalue")
    if math.isnan(getattr(result, "exact_pvalue", 1.0)):
        blank.append("exact_pvalue")  # there is none with controls
    return blank


def check_distribution(found: Any) -> None:
    """Raise if probabilities do not sum to 1."""
    if not (found.probability >= 0).all():
        msg = "a probability is negative or NaN"
        raise Breach(msg)
    if not math.isclose(found.probability.sum(), 1, rel_tol=1e-9):
        msg = f"the probabilities sum to {found.probability.sum()!r}"
        raise Breach(msg)
    if found.support.size != found.probability.size or not found.support.size:
        msg = "support and probability differ in length"
        raise Breach(msg)


def check_p(name: str, value: Any) -> None:
    """Raise if a p-value is no number above 0 and up to 1."""
    numbers = np.atleast_1d(np.asarray(value, dtype=float))
    if not ((numbers > 0) & (numbers <= 1)).all():
        msg = f"{name} is {value!r}"
        raise Breach(msg)


def check_pvalues(name: str, frame: pd.DataFrame) -> None:
    """Check the p-values of a table."""
    for column in frame.columns:
        if isinstance(column, str) and _P_NAME.search(column) and column not in _NOT_P:
            found = frame[column]
            if pd.api.types.is_numeric_dtype(found.dtype):
                check_p(
                    f"{name}[{column!r}]",
                    found.dropna() if name == "skipped" else found,
                )


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
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return repr(value)
    return fingerprint(value)


def _difference(first: object, second: object) -> str:
    one, two = str(summary_of(first)), str(summary_of(second))
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    return (
        f"...{one[max(at - 40, 0) : at + 40]} and ...{two[max(at - 40, 0) : at + 40]}"
    )


def new_folder() -> Path:
    """Make an empty folder for the files of calls."""
    return Path(tempfile.mkdtemp(prefix="timing-fuzz-"))
