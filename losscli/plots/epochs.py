"""The kind `epochs`: a loss over prediction files, one for each epoch, of one or several sets."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from losscli.engine.local import evaluate
from losscli.errors import DataError, UsageError, counted
from losscli.plots.asked import Asked
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Shape, parse_losses
from losscli.report.figure import Axis, Fact, Mark, Panel, PlotReport, Rule, Series
from losscli.report.tables import Kind
from losscli.sources.grammar import is_stdin, parse_source

_NAMED: Final = re.compile(r"([A-Za-z]\w*)=(.+)", re.DOTALL)
_PIECES: Final = re.compile(r"(\d+)")
_MOST: Final = 8


class _Set(NamedTuple):
    """One set: its name, its target, and the predictions of the epochs with their numbers and names."""

    name: str
    target: Any
    predictions: tuple[Any, ...]
    epochs: tuple[float, ...]


def picture(asked: Asked) -> PlotReport:
    """The loss of each file; where it has a meaning the accuracy too. Raises UsageError for several losses
    and for too few files, and what `evaluate` raises."""
    bound = asked.only_loss("epochs")
    if any(isinstance(source, str) and is_stdin(_path(source)) for source in asked.sources):
        raise UsageError("plot epochs reads its files again and again", hint="save standard input as a file")
    sets, notes = _sets(asked.sources)
    lines = [_line(asked, bound, one) for one in sets]
    result = _label(bound)
    axis = Axis("epoch", whole=True)
    facts, rules = [], []
    for one, line in zip(sets, lines, strict=True):
        best = _best(line, bound.loss.direction)
        name = "" if len(sets) == 1 else f":{one.name}"
        of = "" if len(sets) == 1 else f"{one.name}: "
        facts += [
            Fact(f"best_epoch{name}", f"{of}best at epoch", line.x[best], Kind.INPUT),
            Fact(f"best{name}", "with", line.y[best]),
            Fact(f"last{name}", "last", line.y[-1]),
        ]
        rules.append(Rule(f"{of}best", "x", line.x[best]))
    panels = [Panel("loss", axis, Axis(result), tuple(lines), tuple(rules))]
    accuracy = _accuracy(asked, bound, sets)
    if accuracy:
        panels.append(Panel("accuracy", axis, Axis("accuracy", None, None), tuple(accuracy)))
    title = f"{bound.loss.title} ({bound.spec}) over {counted(len(sets[0].epochs), 'epoch')}"
    return PlotReport("epochs", title, tuple(panels), tuple(facts), tuple(notes))


def _path(source: str) -> str | None:
    found = _NAMED.fullmatch(source)
    return parse_source(found[2] if found and not os.path.lexists(source) else source).path


def _label(bound: BoundLoss) -> str:
    unit = bound.loss.unit_for(bound.params)
    return f"{bound.spec} ({unit})" if unit else bound.spec


def _best(line: Series, direction: str) -> int:
    """The first place of the best value; what is no number is worst."""
    sign = -1.0 if direction == "maximize" else 1.0
    scores = [sign * value if math.isfinite(value) else math.inf for value in line.y]
    return min(range(len(scores)), key=scores.__getitem__)


def _sets(sources: Sequence[Any]) -> tuple[list[_Set], list[str]]:
    """The sources by set: TARGET PREDICTION..., and each NAME=TARGET begins another. Raises UsageError."""
    groups: list[tuple[str, Any, list[Any]]] = []
    for place, source in enumerate(sources):
        found = _NAMED.fullmatch(source) if isinstance(source, str) and not os.path.lexists(source) else None
        if found is not None or place == 0:
            groups.append((found[1] if found else "", found[2] if found else source, []))
        else:
            groups[-1][2].append(source)
    if len(groups) > _MOST:
        raise UsageError(f"{len(groups)} sets in one picture; {_MOST} can be told apart")
    sets, notes = [], []
    for name, target, given in groups:
        predictions = [one for source in given for one in _spread(source)]
        predictions, sorted_now = _in_order(predictions, target)
        if sorted_now:
            notes.append("files in the order of the numbers in their names, not of their letters")
        if len(predictions) < 2:
            raise UsageError(
                f"{name or 'the set'} has {counted(len(predictions), 'prediction')}: epochs are two or more",
                hint="losscli plot epochs bce train=y.csv 'train_*.csv' validation=v.csv 'validation_*.csv'",
            )
        label = name or ("all" if len(groups) == 1 else "first")
        sets.append(_Set(label, target, tuple(predictions), _numbers(predictions)))
    return sets, list(dict.fromkeys(notes))


def _spread(source: Any) -> list[Any]:
    """Each file that a glob matches; anything else as it is."""
    from losscli.sources.grammar import holds_parts

    if not isinstance(source, str):
        return [source]
    path = parse_source(source).path
    if path is None or not holds_parts(path) or os.path.isdir(path):
        return [source]
    from losscli.sources.parts import list_parts

    columns = source[len(path) :]
    return [f"{part.path}{columns}" for part in list_parts(path)]


def _in_order(predictions: list[Any], target: Any) -> tuple[list[Any], bool]:
    """The predictions with their paths written out, in the order given; by the numbers in their names where
    a shell or a glob has put them into the order of letters."""
    path = target if isinstance(target, str) else None
    found = []
    for source in predictions:
        if isinstance(source, str) and path is not None and parse_source(source).path is None:
            found.append(f"{parse_source(path).path}{source}")
        else:
            found.append(source)
            path = source if isinstance(source, str) else None
    if not all(isinstance(source, str) for source in found):
        return found, False
    natural = sorted(found, key=_natural)
    moved = found == sorted(found) and found != natural
    return (natural if moved else found), moved


def _natural(text: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(piece), "") if piece.isascii() and piece.isdigit() else (1, 0, piece)
        for piece in _PIECES.split(text)
    ]


def _numbers(predictions: Sequence[Any]) -> tuple[float, ...]:
    """The one number in which the names differ; else 1, 2, ..."""
    counted_up = tuple(float(place) for place in range(1, len(predictions) + 1))
    if not all(isinstance(source, str) for source in predictions):
        return counted_up
    pieces = [_PIECES.split(source) for source in predictions]
    if len({len(entry) for entry in pieces}) != 1:
        return counted_up
    differing = [place for place, column in enumerate(zip(*pieces, strict=True)) if len(set(column)) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        return counted_up
    found = tuple(float(entry[differing[0]]) for entry in pieces)
    return found if all(one < other for one, other in pairwise(found)) else counted_up


def _line(asked: Asked, bound: BoundLoss, one: _Set) -> Series:
    values = []
    for prediction in one.predictions:
        request = asked.request((bound,), (one.target, prediction))
        values.append(evaluate(request._replace(summary=False, samples=False)).results[0].headline.value)
    names = tuple(source if isinstance(source, str) else "" for source in one.predictions)
    return Series(one.name, Mark.LINE, one.epochs, tuple(values), {"source": names})


def _accuracy(asked: Asked, bound: BoundLoss, sets: Sequence[_Set]) -> list[Series]:
    """The share of right classes, where predictions are scores of classes; else nothing."""
    spec = _errors(bound)
    if not spec:
        return []
    (wrong,) = parse_losses(spec)
    try:
        lines = [_line(asked, wrong, one) for one in sets]
    except DataError:  # soft targets are no classes
        return []
    return [line._replace(y=tuple(1 - value for value in line.y), extra={}) for line in lines]


def _errors(bound: BoundLoss) -> str:
    """The loss that counts the wrong classes of such predictions."""
    if len(bound.inputs) != 2 or bound.is_set:
        return ""
    target, prediction = bound.inputs
    if target.shape is Shape.CLASS and prediction.shape is Shape.VECTOR:
        return "topk_error:k=1"
    domain = prediction.domain_for(bound.params)
    if target.domain_for(bound.params).kind != "binary" or prediction.shape is not Shape.CELLS:
        return ""
    return "zero_one:threshold=0.5" if getattr(domain, "high", None) == 1.0 else "zero_one:threshold=0"
