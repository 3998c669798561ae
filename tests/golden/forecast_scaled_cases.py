"""Cases of errors that a training series scales."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import framed
from tests.golden.cases import Case, P, Y, numbers
from tests.golden.samples.foreign import Name

TRAIN = numbers(12.0, -3.5, 20.25, 41.0, 8.0, 2.5, 64.0, 30.75, -9.0)
LONG = {"y": Y, "p": P, "t": TRAIN}
SHORT = {"y": numbers(30.5, 18.0, 2.25), "p": numbers(26.0, 21.5, 9.0), "t": numbers(3, 8, 21)}


def case(name: str, loss: str, arrays: Any, season: int, **facts: Any) -> Case:
    """A loss of a season, of one series."""
    reduction = "set" if loss == "rmsse" else "mean"
    asked = framed(loss, reduction, train=Name("t"), seasonality=season)
    return Case(name, loss, arrays, ("y", "p", "t"), (asked,), {"m": float(season)}, **facts)


CASES = tuple(
    case(f"{words}, season {season}", loss, arrays, season)
    for loss in ("mase", "msse", "rmsse")
    for words, arrays in (("long", LONG), ("short", SHORT))
    for season in (1, 2)
) + tuple(case("season 7", loss, LONG, 7) for loss in ("mase", "msse", "rmsse"))
