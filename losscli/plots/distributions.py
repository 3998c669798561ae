"""The kind `distributions`: two distributions side by side, and how far apart they are."""

from __future__ import annotations

from typing import Final

import numpy as np

from losscli.arrays import Floats
from losscli.engine.whole import Whole, read_whole
from losscli.errors import UsageError, counted
from losscli.plots.asked import Asked
from losscli.registry import parse_losses
from losscli.report.figure import Axis, Fact, Mark, Panel, PlotReport, Series

_MOST: Final = 200
"""Outcomes that can be drawn as bars."""
UNITS: Final = {"e": "nats", "2": "bits", "10": "dits"}
_MEASURES: Final = (
    ("entropy_target", "entropy of the first, H(p)", "entropy", (0,)),
    ("entropy_prediction", "entropy of the second, H(q)", "entropy", (1,)),
    ("cross_entropy", "cross-entropy H(p, q)", "cross_entropy_dist", (0, 1)),
    ("kl", "KL(p, q)", "kl", (0, 1)),
    ("kl_reversed", "KL(q, p)", "kl", (1, 0)),
    ("js", "Jensen-Shannon", "js", (0, 1)),
)


def picture(asked: Asked) -> PlotReport:
    """Two rows of probabilities. Raises UsageError where it is not clear which row is meant, and what reading
    raises."""
    base = asked.base or "e"
    if base not in UNITS:
        raise UsageError(f"--base {base}: not the base of a unit of information", hint="--base 2 gives bits")
    whole = read_whole(asked.request("cross_entropy_dist", asked.sources))
    at = _row(whole, asked.row)
    pair = tuple(np.ascontiguousarray(block[at : at + 1], dtype=np.float64) for block in whole.inputs)
    count = pair[0].shape[1]
    if count > _MOST:
        raise UsageError(
            f"{count} outcomes are too many for bars; {_MOST} are not", hint="gather some of them"
        )
    names = _names(whole, count)
    labels = ("p: " + whole.texts[0], "q: " + whole.texts[1])
    series = [_series(label, row[0], names) for label, row in zip(labels, pair, strict=True)]
    panel = Panel("distributions", Axis("outcome", names=names), Axis("probability", 0.0), tuple(series))
    facts = tuple(
        Fact(key, words, _measure(loss, base, [pair[place] for place in places]), unit=UNITS[base])
        for key, words, loss, places in _MEASURES
    )
    title = f"{whole.texts[1]} against {whole.texts[0]}, {counted(count, 'outcome')}"
    notes = () if len(whole.rows) == 1 else (f"row {whole.rows[at]} of {len(whole.rows)}",)
    return PlotReport("distributions", title, (panel,), facts, notes)


def _row(whole: Whole, row: int | None) -> int:
    """The place of the row that is meant."""
    if row is None:
        if len(whole.rows) == 1:
            return 0
        raise UsageError(
            f"{whole.texts[0]} has {counted(len(whole.rows), 'row')}, each a distribution",
            hint=f"--row {whole.rows[0]} draws one; a distribution down a column needs a single column",
        )
    places = np.flatnonzero(whole.rows == row)
    if not len(places):
        raise UsageError(f"--row {row}: there is no such row", hint=f"rows go from 1 to {whole.rows[-1]}")
    return int(places[0])


def _names(whole: Whole, count: int) -> tuple[str, ...]:
    names = whole.names[0]
    return names if len(names) == count else tuple(str(place) for place in range(1, count + 1))


def _series(label: str, row: Floats, names: tuple[str, ...]) -> Series:
    x = tuple(float(place) for place in range(1, len(row) + 1))
    return Series(label, Mark.BARS, x, tuple(row.tolist()), {"outcome": names})


def _measure(name: str, base: str, rows: list[Floats]) -> float:
    """The loss of the registry, of one row."""
    (bound,) = parse_losses(f"{name}:base={base}")
    return float(bound.rows(rows)[0])
