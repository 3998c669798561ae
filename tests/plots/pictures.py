"""One call of each kind of picture, on the sample data."""

from __future__ import annotations

from functools import cache

from losscli import api
from losscli.report.figure import PlotReport

PICTURES = (
    "plot curve bce,brier",
    "plot curve mse,mae,huber:delta=1",
)


@cache
def made(words: str) -> PlotReport:
    """The record of a call, made through the library."""
    _, kind, *rest = words.split()
    return api.plot(kind, *rest)
