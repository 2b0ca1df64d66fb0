"""Tables of results for papers."""

import math
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from timing import (
    StudyPeriod,
    Window,
    count_regression,
    daily_panel,
    lag_profile,
    load_sources,
    permutation_test,
    randomization_test,
    results_table,
)
from timing.citation import citation
from timing.errors import ArgumentError
from timing.results.base import format_p
from timing.tables import write_table

TESTS = ["2025-10-09", "2025-10-22", "2025-10-28", "2025-11-07", "2025-11-20"]
CALENDAR = ["2025-10-29", "2025-11-14"]
DATA: dict[str, Any] = {
    "period": StudyPeriod("2025-10-01", "2025-12-31"),
    "window": Window(1, 1),
}


@pytest.fixture(scope="module")
def permutation() -> Any:
    return permutation_test(TESTS, CALENDAR, **DATA)


@pytest.fixture(scope="module")
def randomization() -> Any:
    return randomization_test(TESTS, CALENDAR, **DATA)


def test_a_table_has_one_row_for_each_result(permutation: Any, randomization: Any):
    table = results_table({"shift": permutation, "score": randomization})
    assert table["label"].tolist() == ["shift", "score"]
    assert table["method"].tolist() == ["permutation_test", "randomization_test"]
    assert table.columns.tolist() == [
        "label", "method", "rate ratio", "95% interval", "p", "naive p", "errors",
        "events", "on exposed days", "expected", "exposed days", "at-risk days",
        "calendar events", "rows in the fit", "detectable ratio", "information left",
    ]  # fmt: skip
    row = table.iloc[0]
    assert row["rate ratio"] == permutation.conditional_rate_ratio
    assert row["p"] == format_p(permutation.pvalue)
    assert row["naive p"] == format_p(permutation.naive_pvalue)
    # Windows: 28-30 October and 13-15 November; the 28th alone is a launch day.
    assert row[["events", "on exposed days", "exposed days"]].tolist() == [5, 1, 6]
    assert row[["at-risk days", "calendar events"]].tolist() == [92, 2]


def test_results_in_a_list_are_numbered(permutation: Any, randomization: Any):
    table = results_table([permutation, randomization])
    assert table["label"].tolist() == ["1", "2"]


def test_a_regression_has_no_expected_count():
    tests = pd.date_range("2024-01-01", "2025-12-31", freq="9D")
    calendar = pd.date_range("2024-02-05", "2025-12-01", freq="60D")
    period = StudyPeriod("2024-01-01", "2025-12-31")
    fit = count_regression(tests, calendar, period=period, window=Window(5, 5))
    table = results_table({"fit": fit})
    assert table.loc[0, "rate ratio"] == fit.rate_ratio
    assert table[["on exposed days", "expected"]].isna().all(axis=None)
    text = results_table({"fit": fit}, format="markdown")
    assert f"| fit | count_regression | {fit.rate_ratio:.2f} |" in text
    assert "nan" not in text


def test_the_interval_is_headed_by_its_level():
    result = permutation_test(TESTS, CALENDAR, **DATA, confidence_level=0.9)
    assert "90% interval" in results_table([result])


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({}, "`results` is empty"),
        ([], "`results` is empty"),
        ({"a": 5}, r"`results\['a'\]` is a int, without rate ratio"),
        ([None], r"`results\['1'\]` is a NoneType, without rate ratio"),
        (["permutation"], r"`results\['1'\]` is a str, without rate ratio"),
        (None, "`results`"),
    ],
)  # fmt: skip
def test_what_holds_no_results_is_an_error(results: Any, message: str):
    with pytest.raises(ArgumentError, match=message):
        results_table(results)


def test_a_lag_profile_has_no_place_in_the_table():
    profile = lag_profile(TESTS, CALENDAR, period=DATA["period"], max_lag=3)
    message = r"`results\['lags'\]` is a LagProfileResult, without rate ratio"
    with pytest.raises(ArgumentError, match=message):
        results_table({"lags": profile})


def test_a_single_result_without_a_list_is_an_error(permutation: Any):
    with pytest.raises(ArgumentError, match="`results`"):
        results_table(permutation)


@pytest.mark.parametrize("name", ["docx", "", None, "Markdown"])
def test_the_format_is_one_of_four(permutation: Any, name: Any):
    message = "must be one of 'frame', 'markdown', 'latex', 'html'"
    with pytest.raises(ArgumentError, match=message):
        results_table([permutation], format=name)


FRAME = pd.DataFrame(
    {
        "a|b": ["x|y", "50% & <more>"],
        "share_1": [1.5, np.nan],
        "n": [2, -3],
        "day": pd.to_datetime(["2025-10-28 15:00", None]),
        "ratio": [np.inf, -np.inf],
    }
)


def test_markdown_escapes_bars():
    assert write_table(FRAME, "markdown").splitlines() == [
        r"| a\|b | share_1 | n | day | ratio |",
        "|---|---|---|---|---|",
        r"| x\|y | 1.50 | 2 | 2025-10-28 | inf |",
        r"| 50% & \<more> |  | -3 |  | -inf |",
    ]


def test_latex_escapes_its_special_characters():
    assert write_table(FRAME, "latex").splitlines() == [
        r"\begin{tabular}{lllll}",
        r"\toprule",
        r"a|b & share\_1 & n & day & ratio \\",
        r"\midrule",
        r"x|y & 1.50 & 2 & 2025-10-28 & inf \\",
        r"50\% \& \textless{}more\textgreater{} &  & -3 &  & -inf \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    special = write_table(pd.DataFrame({r"\ {} $ # ~ ^": [1]}), "latex")
    assert (
        r"\textbackslash{} \{\} \$ \# \textasciitilde{} \textasciicircum{} \\"
        in special
    )


def test_html_is_well_formed_and_escaped():
    text = write_table(FRAME, "html")
    assert "<td>50% &amp; &lt;more&gt;</td>" in text
    table = ET.fromstring(text)
    assert [cell.text for cell in table.findall("thead/tr/th")] == list(FRAME.columns)
    assert len(table.findall("tbody/tr")) == 2


def test_a_line_break_in_a_label_does_not_break_the_markdown_row():
    text = write_table(pd.DataFrame({"label": ["two\nlines"]}), "markdown")
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize("format", ["markdown", "latex", "html"])
def test_the_label_of_the_user_is_in_every_format(permutation: Any, format: Any):
    text = results_table({"Trump & Lee": permutation}, format=format)
    assert text.endswith("\n")
    expected = {"markdown": "Trump & Lee", "latex": r"Trump \& Lee",
                "html": "Trump &amp; Lee"}[format]  # fmt: skip
    assert expected in text
    interval = permutation.confidence_interval()
    assert f"{interval.low:.2f} to " in text


def test_the_citation_lists_every_database():
    text = citation()
    sources = load_sources()
    for title in sources.loc[sources["kind"].eq("database"), "title"]:
        assert title in text
    assert "https://" in text


# Models side by side


@pytest.fixture(scope="module")
def regression() -> Any:
    tests = pd.date_range("2024-01-01", "2025-12-31", freq="9D")
    calendar = pd.date_range("2024-02-05", "2025-12-01", freq="60D")
    period = StudyPeriod("2024-01-01", "2025-12-31")
    options: dict[str, Any] = {"period": period, "window": Window(5, 5)}
    return count_regression(tests, calendar, **options, cov="robust"), daily_panel(
        tests, calendar, **options
    )


def test_models_stand_in_columns(permutation: Any, regression: Any):
    results = {"shift": permutation, "Poisson": regression[0]}
    table = results_table(results, layout="columns")
    assert table.columns.tolist() == ["", "shift", "Poisson"]
    cells = table.set_index("")
    assert cells.loc["rate ratio", "Poisson"] == regression[0].rate_ratio
    assert cells.loc["errors"].tolist() == ["exact", "robust"]
    assert cells.loc["rows in the fit", "Poisson"] == regression[0].n_obs
    assert math.isnan(cells.loc["rows in the fit", "shift"])
    text = results_table(results, layout="columns", format="latex")
    assert text.splitlines()[2] == r" & shift & Poisson \\"
    only = results_table({"shift": permutation}, layout="columns")
    assert "rows in the fit" not in only[""].tolist()


def test_a_model_of_statsmodels_stands_beside_ours(regression: Any):
    ours, panel = regression
    design = sm.add_constant(panel[["exposed"]].astype(float))
    fitted = sm.GLM(panel["launches"], design, family=sm.families.Poisson()).fit(
        cov_type="HC0"
    )
    table = results_table({"ours": ours, "theirs": fitted})
    assert table.loc[1, "method"] == "statsmodels GLM"
    assert table.loc[1, "rate ratio"] == pytest.approx(table.loc[0, "rate ratio"])
    assert table.loc[1, "p"] == table.loc[0, "p"]
    assert table.loc[1, "errors"] == "HC0"
    assert table.loc[1, "naive p"] == ""


def test_a_model_without_the_effect_or_with_another_link_is_named(regression: Any):
    panel = regression[1]
    design = sm.add_constant(panel[["exposed"]].astype(float))
    fitted = sm.GLM(panel["launches"], design, family=sm.families.Poisson()).fit()
    message = r"`results\['m'\]` has no parameter 'x'; .* are 'const', 'exposed'"
    with pytest.raises(ArgumentError, match=message):
        results_table({"m": fitted}, exposure="x")
    logit = sm.GLM(panel["launches"], design, family=sm.families.Binomial()).fit()
    with pytest.raises(ArgumentError, match="has a Logit link; rate ratios need a log"):
        results_table({"m": logit})


def test_results_offer_the_hooks_of_maketables(permutation: Any, regression: Any):
    fit = regression[0]
    table = fit.__maketables_coef_table__
    assert table.index.tolist() == ["exposed"]
    assert table.loc["exposed", "b"] == pytest.approx(np.log(fit.rate_ratio))
    assert table.loc["exposed", "se"] == fit.std_error
    assert table.loc["exposed", "ci95u"] == pytest.approx(np.log(fit.interval[1]))
    assert fit.__maketables_stat__("N") == fit.n_obs
    assert fit.__maketables_stat__("se_type") == "robust"
    assert fit.__maketables_stat__("r2") is None
    assert permutation.__maketables_coef_table__["p"].tolist() == [permutation.pvalue]
    profile = lag_profile(TESTS, CALENDAR, period=DATA["period"], max_lag=3, rng=1)
    assert not hasattr(profile, "__maketables_coef_table__")


def test_maketables_shows_our_results(permutation: Any, regression: Any):
    maketables = pytest.importorskip("maketables", reason="maketables not installed")
    table = maketables.ETable([permutation, regression[0]]).df
    assert len(table.columns) == 2
    assert "exposed" in str(table)
