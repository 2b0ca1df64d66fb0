"""Spans by which the period of a study is split."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from timing.datasets import load_eras

if TYPE_CHECKING:
    from timing.study.specification import Variant

Spans = dict[str, tuple[str, str]]


def presidents(variant: Variant) -> Spans:
    """Return the terms of the presidents of the US within a period, by name.

    Examples
    --------
    >>> from timing.study import primary_study
    >>> presidents(primary_study().primary)["Donald Trump, from 2017"]
    ('2017-01-21', '2021-01-20')
    """
    eras = load_eras()
    terms = eras[eras["kind"].eq("us_president")]
    first = terms["start"].dt.strftime("%Y-%m-%d")
    last = terms["end"].dt.strftime("%Y-%m-%d").fillna(variant.end)
    spans = {
        f"{name}, from {begin[:4]}": (begin, stop)
        for name, begin, stop in zip(terms["name"], first, last, strict=True)
    }
    return within(variant, spans)


def thirds(variant: Variant) -> Spans:
    """Split a period into three spans of whole years, as even as can be.

    Examples
    --------
    >>> from timing.study import primary_study
    >>> list(thirds(primary_study().primary))
    ['2012 to 2016', '2017 to 2021', '2022 to 2026']
    """
    first, last = (int(day[:4]) for day in (variant.start, variant.end))
    n = last - first + 1
    cuts = [first + n * k // 3 for k in range(4)]
    spans = {
        f"{a} to {b - 1}": (f"{a:04}-01-01", f"{b - 1:04}-12-31")
        for a, b in pairwise(cuts)
        if a < b
    }
    return within(variant, spans) if len(spans) > 1 else {}


def within(variant: Variant, spans: Spans) -> Spans:
    """Cut spans at the ends of the period; those outside it are left out."""
    return {
        label: (max(first, variant.start), min(last, variant.end))
        for label, (first, last) in spans.items()
        if first <= variant.end and last >= variant.start
    }
