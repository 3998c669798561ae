"""The kind `compare`: the paired differences of predictions of one target."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from losscli.analysis.comparing import Entrants, compare_all
from losscli.analysis.entrants import Contest
from losscli.arrays import Floats
from losscli.engine.each import Evaluated, evaluate_each
from losscli.errors import counted
from losscli.plots.asked import Asked
from losscli.plots.bars import edges_of, histogram
from losscli.report.compare import Comparison, Standing
from losscli.report.figure import Axis, Fact, Mark, Panel, PlotReport, Rule, Series
from losscli.report.tables import Cell, Kind


def picture(asked: Asked) -> PlotReport:
    """Of two predictions the histogram of the rows' differences, of more an interval for each against the
    first. Raises UsageError for several losses, and what `compare` raises."""
    asked.only_loss("compare")
    request = asked.request(asked.losses, asked.sources)
    contest = Contest(confidence=asked.confidence)
    names, reference = contest.named(request.losses, asked.sources[0], asked.sources[1:], ())
    evaluated = evaluate_each(request)
    report = compare_all(Entrants(evaluated, names, reference), contest.certainty())
    found = report.comparisons[0]
    others = [one for one in found.standings if one.difference is not None]
    pair = _differences(evaluated) if len(others) == 1 else None
    if pair is not None:
        panels = (_histogram(found, others[0], pair, asked.bins),)
    else:
        panels = (_intervals(found, others),)
    of = f"{found.result.title} ({found.result.spec}) of {counted(found.rows, 'row')}"
    facts, methods = tuple(_facts(found, others)), tuple(found.intervals)
    return PlotReport("compare", f"{of}: minus {found.reference}", panels, facts, methods, report.warnings)


def _differences(evaluated: Sequence[Evaluated]) -> Floats | None:
    """The second's losses minus the first's, row by row; None where rows have no numbers of their own."""
    first, second = (one.scores[0] for one in evaluated)
    if first.bound.is_set:
        return None
    with np.errstate(invalid="ignore"):
        found = np.asarray(second.rows().values[0] - first.rows().values[0])
    return found if np.isfinite(found).all() else None


def _histogram(found: Comparison, other: Standing, pair: Floats, bins: int | None) -> Panel:
    rules = [Rule("no difference", "x", 0.0)]
    value = other.difference.value.value if other.difference is not None else math.nan
    if math.isfinite(value):
        rules.append(Rule(f"mean {value:+.4g}", "x", value))
    bars = histogram("rows", pair, edges_of(pair, bins))
    label = f"{found.result.spec} of {other.name} minus {found.reference}, of a row"
    return Panel("differences", Axis(label), Axis("rows"), (bars,), tuple(rules))


def _intervals(found: Comparison, others: Sequence[Standing]) -> Panel:
    shown = [one for one in others if one.difference is not None]
    values, lows, highs = [], [], []
    for one in shown:
        assert one.difference is not None
        values.append(one.difference.value.value)
        lows.append(one.difference.interval.low)
        highs.append(one.difference.interval.high)
    models: tuple[Cell, ...] = tuple(one.name for one in shown)
    extra: dict[str, tuple[Cell, ...]] = {"low": tuple(lows), "high": tuple(highs), "model": models}
    x = tuple(float(place) for place in range(1, len(shown) + 1))
    series = Series(f"difference, {100 * found.level:g} % interval", Mark.POINTS, x, tuple(values), extra)
    label = f"{found.result.spec} minus {found.reference}"
    names = Axis("prediction", names=tuple(one.name for one in shown))
    return Panel("intervals", names, Axis(label), (series,), (Rule("no difference", "y", 0.0),))


def _facts(found: Comparison, others: Sequence[Standing]) -> list[Fact]:
    facts = [
        Fact(f"value:{one.name}", f"{found.result.spec} of {one.name}", one.value.value)
        for one in found.standings
    ]
    for one in others:
        difference = one.difference
        assert difference is not None
        name = "" if len(others) == 1 else f":{one.name}"
        about = f"{one.name} minus {found.reference}"
        facts.append(Fact(f"difference{name}", about, difference.value.value))
        if difference.interval.known:
            facts.append(Fact(f"low{name}", "from", difference.interval.low))
            facts.append(Fact(f"high{name}", "to", difference.interval.high))
        if difference.better is not None:
            facts.append(
                Fact(f"better{name}", f"{one.name} better on", difference.better, Kind.SHARE, "of rows")
            )
    return facts
