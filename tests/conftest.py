"""Shared fixtures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

GOLDEN = Path(__file__).parents[2] / "shared" / "golden"


@pytest.fixture(autouse=True)
def _global_random_state_is_untouched():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the thing to guard
    yield
    after = np.random.get_state()[1]  # noqa: NPY002
    assert (before == after).all()


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """Numbers made by other software; see the file's own notes."""
    path = GOLDEN / "golden.json"
    if not path.exists():
        pytest.skip("the reference numbers (../shared/golden) are not at hand")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def golden_data() -> Path:
    """Folder of the inputs of the reference numbers."""
    if not GOLDEN.exists():
        pytest.skip("the reference data (../shared/golden) are not at hand")
    return GOLDEN / "data"
