"""What is wrong with a target and a prediction: each with its numbers, its first row, and what to type."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.inspecting import kinds
from losscli.analysis.inspecting.commands import Commands
from losscli.analysis.inspecting.kinds import Nature
from losscli.analysis.inspecting.scan import Scan
from losscli.domains import SUM_TOLERANCE
from losscli.errors import Place, counted
from losscli.records import NamedTuple
from losscli.report.inspect import Fault
from losscli.report.warnings import WARNINGS

SCORES = ("logit", "score", "margin", "decision")
"""Names of columns that say themselves that they hold no probabilities."""


class Case(NamedTuple):
    """What is judged."""

    scan: Scan
    nature: Nature
    commands: Commands

    def first(self, role: int) -> Place:
        """The first row of an input."""
        return self.scan.sample.place(0, role)


def fault(code: str, words: str, place: Place | None, fix: str, **evidence: object) -> Fault:
    """One thing that is wrong, titled as its code is."""
    return Fault(code, WARNINGS[code].title, words, evidence, place, fix)


def cell_faults(case: Case) -> Iterator[Fault]:
    """What cells, codings and sums tell, without a look at pairs of rows."""
    for found in (
        _swapped,
        _mixed,
        _same,
        _coding,
        _text_labels,
        _scale,
        _logits,
        _named_logits,
        _constant,
        _sums,
    ):
        yield from found(case)


def _swapped(case: Case) -> Iterator[Fault]:
    if case.nature.problem != kinds.SWAPPED:
        return
    target, prediction = case.scan.target, case.scan.prediction
    broken = target.broken.count
    cells = target.rows * target.width
    held = "text" if case.commands.look.is_text(1) else "whole numbers only"
    yield fault(
        "W114",
        f"{broken:,} of {cells:,} values of the target are no whole numbers, as predictions are, "
        f"and the prediction holds {held}, as labels do",
        target.broken.place or case.first(0),
        case.commands.swapped(),
        target_not_whole=broken,
        target_values=cells,
        prediction_minimum=prediction.minimum,
        prediction_maximum=prediction.maximum,
    )


def _same(case: Case) -> Iterator[Fault]:
    """A prediction that is the target, digit for digit."""
    nature, sample = case.nature, case.scan.sample
    if nature.form == kinds.LABEL or sample.size < 10 or sample.target.shape != sample.prediction.shape:
        return
    if case.scan.prediction.constant or not np.array_equal(sample.target, sample.prediction):
        return
    words = f"the prediction is the target, digit for digit, in {sample.words}: the same column twice?"
    yield fault(
        "W127", words, case.first(1), "name the column of the prediction: FILE:COLUMN", rows=sample.size
    )


def _mixed(case: Case) -> Iterator[Fault]:
    if case.nature.problem != kinds.MIXED:
        return
    target, prediction = case.scan.target.width, case.scan.prediction.width
    classes = len(case.nature.labels)
    if classes == 1:
        (label,) = case.nature.labels
        words = f"every label is {label!r}, and nothing says which of two classes that is"
        yield fault(
            "W123", words, case.first(0), case.commands.compute("bce", ("OTHER", label)), labels=[label]
        )
        return
    held = f"{classes:,} classes" if classes else counted(target, "column")
    yield fault(
        "W124",
        f"the target has {held}, the prediction {counted(prediction, 'column')}: no loss pairs them",
        case.first(1),
        f"name as many columns as belong together: FILE:NAME,NAME,... of {_names(case)}",
        target_columns=target,
        prediction_columns=prediction,
        classes=classes or None,
    )


def _names(case: Case) -> str:
    names = case.commands.source(1).names
    return ", ".join(names[:12]) if names else f"@1..@{case.commands.source(1).width}"


def _coding(case: Case) -> Iterator[Fault]:
    """Labels other than 0 and 1, or classes that count from 1."""
    labels, nature = case.nature.labels, case.nature
    if not labels or case.commands.look.labelling is not None:
        return
    target = case.scan.target
    counts = {f"{value:.0f}": count for value, count in (target.values or {}).items()}
    shown = ", ".join(f"{label}: {counts.get(label, 0):,}" for label in labels[:20])
    spec = _spec(nature)
    if nature.problem == kinds.BINARY:
        words = f"the labels are {labels[0]} and {labels[1]} ({shown} rows), where 0 and 1 are expected"
        if labels == ("-1", "1"):
            words = f"the labels are -1 and 1 ({shown} rows): losses of probabilities and logits take 0 and 1"
        value = float(labels[0]) if labels[0] not in ("0", "1") else float(labels[1])
        code = "W112"
    else:
        words = f"the classes count from {labels[0]} to {labels[-1]} for {len(labels)} columns ({shown} rows)"
        value, code = float(labels[-1]), "W113"
    place = target.firsts.get(value)
    yield fault(code, words, place, case.commands.compute(spec, labels), labels=list(labels), rows=counts)


def _spec(nature: Nature) -> str:
    if nature.problem == kinds.BINARY:
        return {kinds.LOGIT: "bce_logits", kinds.LABEL: "zero_one"}.get(nature.form, "bce")
    return "sparse_softmax_ce" if nature.form == kinds.LOGIT else "sparse_categorical_ce"


def _text_labels(case: Case) -> Iterator[Fault]:
    """Text whose classes no column is named after."""
    nature = case.nature
    if nature.named or nature.problem not in (kinds.BINARY, kinds.CLASS) or nature.codes is None:
        return
    labels = nature.labels
    if nature.problem == kinds.BINARY and len(labels) == 2:
        sample = case.scan.sample.prediction[:, 0]
        means = [
            float(sample[nature.codes == code].mean()) for code in (0, 1) if (nature.codes == code).any()
        ]
        said = " and ".join(f"{mean:.4g} for {label!r}" for mean, label in zip(means, labels, strict=False))
        words = f"the labels are text, and nothing says which is positive; the mean prediction is {said}"
    else:
        means = []
        words = f"no column is named after the classes {', '.join(map(repr, labels[:8]))}"
    yield fault(
        "W123",
        words,
        case.first(0),
        case.commands.compute(_spec(nature), labels),
        means=means,
        labels=list(labels),
    )


def _scale(case: Case) -> Iterator[Fault]:
    """Percentages, or bytes, in the place of probabilities."""
    scale, prediction = case.nature.scale, case.scan.prediction
    if scale == 1.0:
        return
    words = f"the predictions run from {prediction.minimum:g} to {prediction.maximum:g}"
    if prediction.row_sums is not None:
        words += f", and {prediction.row_sums.hundred:,} of {prediction.rows:,} rows sum to 100"
    words += f": probabilities times {scale:g}?"
    if case.nature.likelihoods:
        said = ", ".join(f"{value:.4g} as {name}" for name, value in case.nature.likelihoods)
        words += f" Mean log-likelihood: {said}"
    yield fault(
        "W110",
        words,
        prediction.above_one.place,
        f"divide them by {scale:g} where they are written" + _divided(case, scale),
        minimum=prediction.minimum,
        maximum=prediction.maximum,
        above_one=prediction.above_one.count,
        log_likelihoods=dict(case.nature.likelihoods),
    )


def _divided(case: Case, scale: float) -> str:
    """A line that divides the one column of a CSV, ready to paste; empty elsewhere."""
    source = case.commands.source(1)
    path = case.commands.plain_lines(1)
    if path is None or source.width != 1 or source.format != "csv":
        return ""
    import shlex

    rows = "NR>1{$1/=%g}1" if source.header.present else "{$1/=%g}1"
    return f": awk -v OFMT=%.17g -v CONVFMT=%.17g '{rows % scale}' {shlex.quote(path)}"


def _logits(case: Case) -> Iterator[Fault]:
    nature, prediction = case.nature, case.scan.prediction
    if nature.problem not in (kinds.BINARY, kinds.CLASS, kinds.ONE_HOT, kinds.DISTRIBUTION, kinds.MULTILABEL):
        return
    if nature.form == kinds.LOGARITHM:
        words = "every row of the prediction is the logarithm of a distribution"
        fix = case.commands.compute("sparse_softmax_ce" if nature.problem == kinds.CLASS else "softmax_ce")
        yield fault("W111", words, case.first(1), fix, minimum=prediction.minimum, maximum=prediction.maximum)
    names = " ".join(case.commands.look.feeds[1].names).lower()
    if nature.form != kinds.LOGIT or any(word in names for word in SCORES):
        return
    outside = prediction.negative.count + prediction.above_one.count
    words = (
        f"{outside:,} of {prediction.rows * prediction.width:,} predictions lie outside [0, 1] "
        f"({prediction.minimum:.4g} to {prediction.maximum:.4g}): logits or scores, no probabilities"
    )
    spec = {
        kinds.BINARY: "bce_logits",
        kinds.CLASS: "sparse_softmax_ce",
        kinds.MULTILABEL: "bce_logits",
    }.get(nature.problem, "softmax_ce")
    places = [seen.place for seen in (prediction.negative, prediction.above_one) if seen.place is not None]
    place = min(places, key=lambda one: one.line or 0)
    fix = case.commands.compute(spec, nature.labels)
    yield fault(
        "W111", words, place, fix, outside=outside, minimum=prediction.minimum, maximum=prediction.maximum
    )


def _named_logits(case: Case) -> Iterator[Fault]:
    """Columns that call themselves logits, and hold probabilities."""
    names = [name for name in case.commands.look.feeds[1].names if "logit" in name.lower()]
    prediction = case.scan.prediction
    if not names or not prediction.within_one or prediction.zero_one or prediction.rows < 10:
        return
    spec = "bce" if case.nature.problem == kinds.BINARY else "sparse_categorical_ce"
    yield fault(
        "W101",
        f"the column {names[0]!r} is called logit, and all {prediction.rows:,} rows lie in [0, 1]",
        case.first(1),
        case.commands.compute(spec, case.nature.labels),
        minimum=prediction.minimum,
        maximum=prediction.maximum,
    )


def _constant(case: Case) -> Iterator[Fault]:
    prediction, target = case.scan.prediction, case.scan.target
    if prediction.rows < 2 or not prediction.constant:
        return
    shown = ", ".join(f"{value:.6g}" for value in prediction.least[:8])
    words = f"all {prediction.rows:,} predictions are {shown}"
    if not target.constant:
        words += f", while the target runs from {target.minimum:g} to {target.maximum:g}"
    value = float(prediction.least[0])
    fix = "compare with the best constant: no loss can have a skill above 0"
    yield fault("W118", words, case.first(1), fix, value=value, rows=prediction.rows)


def _sums(case: Case) -> Iterator[Fault]:
    """Rows of probabilities that do not sum to 1."""
    sums, nature, prediction = case.scan.prediction.row_sums, case.nature, case.scan.prediction
    if sums is None or nature.problem not in (kinds.CLASS, kinds.ONE_HOT, kinds.DISTRIBUTION):
        return
    if nature.form not in (kinds.PROBABILITY, kinds.LOOSE) or nature.scale != 1.0 or not sums.off.count:
        return
    words = (
        f"{sums.off.count:,} of {prediction.rows:,} rows do not sum to 1 within {SUM_TOLERANCE:g}; "
        f"the furthest is off by {sums.largest_gap:.4g}"
    )
    several = sums.off.count > 0.5 * prediction.rows
    fix = "divide each row by its sum where it is written; nothing is renormalised here"
    if several and nature.problem == kinds.ONE_HOT:
        fix = f"a sigmoid for each class? {case.commands.compute('bce')}"
    elif several and nature.problem == kinds.CLASS:
        fix = "a sigmoid for each class? `losscli compute bce` takes them with a one-hot target"
    yield fault(
        "W119",
        words,
        sums.off.place,
        fix,
        rows=sums.off.count,
        largest_gap=float(np.float64(sums.largest_gap)),
    )
