"""What only pairs of rows tell: shifted rows, classes in another order, inverted classes, a sigmoid too
many."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator

import numpy as np

from losscli.analysis.inspecting import kinds
from losscli.analysis.inspecting.faults import Case, fault
from losscli.analysis.inspecting.orders import (
    Order,
    association,
    beats,
    find_inversion,
    find_order,
    log_likelihood,
)
from losscli.analysis.inspecting.shifts import (
    LAGS,
    Shift,
    Signals,
    class_signals,
    find_shift,
    real_signals,
)
from losscli.errors import counted
from losscli.report.inspect import Fault

UNRELATED = 0.1
"""A correlation of ranks that is surely below this is no association worth the name."""

LOGIT_OF_ONE = 1.0 / (1.0 + math.exp(-1.0))
"""The largest value that a sigmoid makes of a probability."""

SURE = 3.3
"""Standard deviations beyond which chance is below 0.1 %, on both sides."""


def pair_faults(case: Case) -> Iterator[Fault]:
    """What is wrong between rows, and between columns."""
    nature = case.nature
    if nature.problem in (kinds.SWAPPED, kinds.MIXED) or case.scan.prediction.constant:
        return
    order = _order(case)
    shift = None if order is not None else _shift(case)
    if order is not None:
        yield _order_fault(case, order)
    if shift is not None:
        yield _shift_fault(case, shift)
    elif order is None:
        yield from _direction(case)
    yield from _twice(case)


def _order(case: Case) -> Order | None:
    nature, sample = case.nature, case.scan.sample
    if not nature.is_class or nature.codes is None or nature.form == kinds.LABEL or not nature.named:
        return None
    if (nature.codes < 0).any():
        return None
    return find_order(nature.codes, kinds.chances(nature.form, nature.scale, sample.prediction))


def _order_fault(case: Case, order: Order) -> Fault:
    nature, names = case.nature, case.commands.look.feeds[1].names
    own = nature.labels or tuple(str(code) for code in range(len(names)))
    if nature.problem == kinds.ONE_HOT:
        own = case.commands.look.feeds[0].names
    moved = [
        f"class {own[code]} in {names[column]}" for code, column in enumerate(order.columns) if code != column
    ]
    words = (
        f"the classes fit another order of the columns: {', '.join(moved[:6])}"
        f"{', ...' if len(moved) > 6 else ''}; cross-entropy {order.there:.4g} instead of "
        f"{order.here:.4g} nats in {case.scan.sample.words} (ln of the likelihood ratio {order.gain:.4g}, "
        f"{order.needed:.3g} needed)"
    )
    return fault(
        "W116",
        words,
        case.scan.sample.place(0, 1),
        _reordered(case, order),
        columns=[column + 1 for column in order.columns],
        classes=list(own),
        here=order.here,
        there=order.there,
        log_likelihood_ratio=order.gain,
        needed=order.needed,
    )


def _reordered(case: Case, order: Order) -> str:
    """The call that takes the columns in the order that fits."""
    nature, commands = case.nature, case.commands
    spec = "softmax_ce" if nature.form in (kinds.LOGIT, kinds.LOGARITHM) else "categorical_ce"
    if nature.problem == kinds.CLASS:
        spec = f"sparse_{spec}"
    if commands.look.is_text(0) or commands.look.labelling is not None:
        labels = [""] * len(order.columns)
        for label, column in zip(nature.labels, order.columns, strict=True):
            labels[column] = label
        return commands.compute(spec, labels)
    if not commands.on_files:
        return f"losscli.compute({spec!r}, target, prediction[:, {list(order.columns)}])"
    source = commands.columns(1, order.columns)
    if nature.problem == kinds.ONE_HOT and commands.source(1).names is not None:
        return (
            f"rename or reorder the columns where they are written; the order is {source.rpartition(':')[2]}"
        )
    return commands.compute(spec, nature.labels, [commands.sources[0], source])


def _signals(case: Case) -> Signals | None:
    nature, sample = case.nature, case.scan.sample
    if nature.is_class or nature.problem == kinds.BINARY:
        codes = nature.codes
        if codes is None or (codes < 0).any() or len(np.unique(codes)) < 2:
            return None
        scores = sample.prediction
        if nature.form == kinds.LABEL and scores.shape[1] == 1 and nature.problem == kinds.CLASS:
            classes = int(max(codes.max(), scores.max())) + 1
            scores = (scores == np.arange(classes)).astype(np.float64)
        return class_signals(codes, scores)
    target, prediction = sample.target[:, 0], sample.prediction[:, 0]
    if nature.problem in (kinds.QUANTILES, kinds.ENSEMBLE):
        prediction = np.median(sample.prediction, axis=1)
    if nature.problem == kinds.MULTILABEL:
        return class_signals(target.astype(np.int64), prediction[:, None]) if target.any() else None
    return real_signals(target, prediction) if len(np.unique(target)) > 1 else None


def _shift(case: Case) -> Shift | None:
    signals = _signals(case)
    return None if signals is None else find_shift(signals, case.scan.sample.runs)


def _shift_fault(case: Case, shift: Shift) -> Fault:
    sample, size = case.scan.sample, abs(shift.lag)
    way = "before" if shift.lag > 0 else "behind"
    number = int(sample.numbers[shift.start])
    start = f"from about row {number + 1:,} on, " if shift.start else ""
    words = (
        f"{start}the prediction fits the target {counted(size, 'row')} {way} its own: correlation "
        f"{shift.there:.3g} instead of {shift.here:.3g} (z {shift.z:.3g}, {shift.threshold:.3g} needed) in "
        f"{sample.words}"
    )
    late = shift.lag > 0 and shift.echo > SURE / math.sqrt(max(sample.size, 1)) and shift.here > 0.0
    if late:
        words += (
            f"; the target is like itself at that distance (correlation {shift.echo:.3g}), so a forecast "
            "that leans on the last values looks the same"
        )
    return fault(
        "W125" if late else "W115",
        words,
        sample.place(shift.start, 1),
        _realigned(case, shift),
        lag=shift.lag,
        first_row=number + 1,
        here=shift.here,
        there=shift.there,
        z=shift.z,
        needed=shift.threshold,
        looked_at=LAGS,
    )


def _realigned(case: Case, shift: Shift) -> str:
    """A call that takes the rows off that have no partner, where the inputs are two plain text files."""
    commands, size = case.commands, abs(shift.lag)
    paths = [commands.plain_lines(role) for role in (0, 1)]
    apart = commands.look.feeds[0].stream != commands.look.feeds[1].stream
    if shift.start or not apart or None in paths or commands.look.request.id:
        return "pair the rows by a key, --id COLUMN, or write both files from one pass over the data"
    late = 1 if shift.lag > 0 else 0
    sources = ["", ""]
    for role in (0, 1):
        head = int(commands.source(role).header.present)
        cut = f"sed {head + 1},{head + size}d" if role == late else f"head -n -{size}"
        columns = str(commands.look.request.sources[role])[len(str(paths[role])) :]
        sources[role] = f"<({cut} {shlex.quote(str(paths[role]))}){shlex.quote(columns) if columns else ''}"
    return commands.inspect(sources)


def _direction(case: Case) -> Iterator[Fault]:
    """An inverted class, a sign that is turned, or no association at all."""
    nature, sample = case.nature, case.scan.sample
    binary = nature.problem == kinds.BINARY
    if not binary and nature.problem not in (kinds.COUNT, kinds.POSITIVE, kinds.REAL):
        return
    target = nature.codes.astype(np.float64) if nature.codes is not None else sample.target[:, 0]
    prediction = sample.prediction[:, 0]
    if len(np.unique(target)) < 2:
        return
    if not nature.named:
        return
    found = find_inversion(target, prediction, binary)
    evidence = {}
    if found is not None:
        evidence = {"correlation": found.correlation, "z": found.z, "needed": -found.threshold}
        if binary:
            labels = (nature.labels or ("0", "1"))[::-1]
            spec = {kinds.LOGIT: "bce_logits", kinds.LABEL: "zero_one"}.get(nature.form, "bce")
            words = f"the positive class has the lower predictions: AUC {found.area:.4g} in {sample.words}"
            fix = case.commands.compute(spec, labels)
            yield fault("W117", words, case.first(1), fix, auc=found.area, **evidence)
        else:
            words = f"the prediction falls where the target rises: rank correlation {found.correlation:.3g}"
            fix = "turn the sign of one of the two where it is written"
            yield fault("W117", f"{words} in {sample.words}", case.first(1), fix, **evidence)
        return
    weak = association(target, prediction, binary)
    highest = abs(weak.correlation) + SURE / math.sqrt(max(sample.size - 1, 1))
    if highest < UNRELATED:
        yield fault(
            "W121",
            f"the correlation of the ranks is {weak.correlation:.3g}, surely below {UNRELATED:g}, in "
            f"{sample.words}: rows in another order, or a model without skill",
            case.first(1),
            "pair the rows by a key: --id COLUMN",
            correlation=weak.correlation,
            highest=highest,
        )


def _twice(case: Case) -> Iterator[Fault]:
    """A sigmoid applied to probabilities: everything lies in [0.5, 0.73], and undoing it is more likely."""
    nature, prediction = case.nature, case.scan.prediction
    if nature.problem != kinds.BINARY or nature.form != kinds.PROBABILITY or nature.codes is None:
        return
    if prediction.minimum < 0.5 or prediction.maximum > LOGIT_OF_ONE + 1e-6 or nature.scale != 1.0:
        return
    own = case.scan.sample.prediction[:, 0]
    target = nature.codes.astype(np.float64)
    undone = np.log(own) - np.log1p(-own)
    one, other = log_likelihood(target, own), log_likelihood(target, undone)
    if not beats(other, one, readings=1):
        return
    yield fault(
        "W120",
        f"all predictions lie in [{prediction.minimum:.4g}, {prediction.maximum:.4g}], as a sigmoid of "
        f"probabilities does; undone, the mean log-likelihood is {other.mean():.4g} instead of "
        f"{one.mean():.4g}",
        case.first(1),
        "write the output of one sigmoid only",
        minimum=prediction.minimum,
        maximum=prediction.maximum,
        here=float(one.mean()),
        there=float(other.mean()),
    )
