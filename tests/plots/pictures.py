"""One call of each kind of picture, on the sample data."""

from __future__ import annotations

from functools import cache

from losscli import api
from losscli.plots.kinds import KINDS
from losscli.report.figure import PlotReport

EXTRA = ("plot curve bce,brier",)
PICTURES = (*EXTRA, *(kind.example.removeprefix("losscli ") for kind in KINDS.values()))


@cache
def made(words: str) -> PlotReport:
    """The record of a call, made through the library."""
    _, kind, *rest = words.split()
    options = {}
    while "--target" in rest:
        at = rest.index("--target")
        options["target"] = tuple(float(value) for value in rest[at + 1].split(","))
        del rest[at : at + 2]
    return api.plot(kind, *rest, **options)
