"""What a target and a prediction are to each other: labels and probabilities, classes and logits, counts,
quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.analysis.inspecting.look import Look
from losscli.analysis.inspecting.orders import (
    likeliest_columns,
    log_likelihood,
    sigmoid,
    softmax,
)
from losscli.analysis.inspecting.profile import Profile
from losscli.analysis.inspecting.scan import Scan
from losscli.arrays import Floats, Integers, Rows
from losscli.records import NamedTuple

BINARY, CLASS, ONE_HOT, MULTILABEL, DISTRIBUTION = "binary", "class", "one-hot", "multilabel", "distribution"
COUNT, POSITIVE, REAL, QUANTILES, ENSEMBLE = "count", "positive", "real", "quantiles", "ensemble"
OUTPUTS, MIXED, SWAPPED = "outputs", "mixed", "swapped"

PROBABILITY, LOGIT, LABEL, NUMBER, LOGARITHM = "probability", "logit", "label", "number", "log-probability"
LOOSE = "loose probability"
"""Columns in [0, 1] whose rows do not sum to 1."""

PAIRS = ((-1.0, 1.0), (1.0, 2.0), (0.0, 255.0), (0.0, 100.0))
"""Codings of two classes that are met in files, beside 0/1."""

MOST_CLASSES = 20
"""Different whole numbers that a single column may hold to be taken for classes."""

SCALES = (100.0, 255.0)


class Nature(NamedTuple):
    """What is predicted, in what form. `scale` divides the prediction (100: percentages). `labels` are the
    classes in the order of the columns (negative and positive of two) as the target writes them, empty where
    they are 0, 1, ... already; `named` says that this order was given or stands in the files. `codes` (n,)
    are the classes of the sample's rows, -1 for one that no column has. `likelihoods` are the mean
    log-likelihoods by which the scale was chosen."""

    problem: str
    form: str
    scale: float = 1.0
    labels: tuple[str, ...] = ()
    named: bool = True
    codes: Integers | None = None
    likelihoods: tuple[tuple[str, float], ...] = ()

    @property
    def is_class(self) -> bool:
        """Whether each row has one class out of several columns."""
        return self.problem in (CLASS, ONE_HOT)


def nature_of(look: Look, scan: Scan) -> Nature:
    """Name what the files hold."""
    target, prediction = scan.target, scan.prediction
    if not look.is_text(0) and are_swapped(target, prediction, look.is_text(1)):
        return Nature(SWAPPED, NUMBER)
    if target.width > 1:
        return _wide(scan)
    if prediction.width > 1:
        return _columns(look, scan)
    return _single(look, scan)


def are_swapped(target: Profile, prediction: Profile, text: bool) -> bool:
    """Whether the target holds what only predictions look like, and the prediction what only targets do."""
    if target.width > 1:
        soft = target.row_sums is not None and target.row_sums.one_hot < target.rows and not target.whole
        if prediction.width == 1:
            fits = prediction.whole and 0.0 <= prediction.minimum <= prediction.maximum <= target.width
            return text or (soft and fits)
        sums = prediction.row_sums
        return soft and sums is not None and sums.one_hot == prediction.rows
    if prediction.width > 1:
        return False
    if text:
        return True
    values = set(prediction.values or ())
    return not target.whole and (values == {0.0, 1.0} or values == {-1.0, 1.0})


def _wide(scan: Scan) -> Nature:
    """Several columns in the target."""
    target, prediction = scan.target, scan.prediction
    if prediction.width != target.width:
        return Nature(MIXED, NUMBER)
    sums = target.row_sums
    assert sums is not None
    if sums.one_hot == target.rows:
        form, scale = _row_form(prediction)
        return Nature(ONE_HOT, form, scale, codes=scan.sample.target.argmax(axis=1).astype(np.int64))
    if target.zero_one:
        form = LABEL if prediction.zero_one else PROBABILITY if prediction.within_one else LOGIT
        return Nature(MULTILABEL, form)
    if target.sums_to_one:
        form, scale = _row_form(prediction)
        return Nature(DISTRIBUTION, form, scale)
    return Nature(OUTPUTS, NUMBER)


def _row_form(prediction: Profile) -> tuple[str, float]:
    """The form of several columns that stand for classes."""
    if prediction.zero_one and prediction.row_sums is not None and prediction.row_sums.one_hot:
        return LABEL if prediction.row_sums.one_hot == prediction.rows else LOOSE, 1.0
    if prediction.sums_to_one:
        return PROBABILITY, 1.0
    if prediction.sums_to_hundred:
        return PROBABILITY, 100.0
    if prediction.logs_of_one:
        return LOGARITHM, 1.0
    return (LOOSE if prediction.within_one else LOGIT), 1.0


def _columns(look: Look, scan: Scan) -> Nature:
    """One column in the target, several in the prediction."""
    target, width = scan.target, scan.prediction.width
    form, scale = _row_form(scan.prediction)
    if look.labelling is not None:
        return _labelled(look, scan, form, scale)
    values = sorted(target.values or ())
    if target.whole and values and len(values) <= width + 1 and target.minimum >= 0.0:
        based = 1 if target.minimum >= 1.0 and target.maximum == width else 0
        if target.maximum - based < width:
            codes = scan.sample.target[:, 0].astype(np.int64) - based
            labels = tuple(str(code + 1) for code in range(width)) if based else ()
            return Nature(CLASS, form, scale, labels, codes=codes)
    if target.whole and len(values) == width and form in (PROBABILITY, LOGARITHM):
        codes = np.searchsorted(values, scan.sample.target[:, 0]).astype(np.int64)
        return Nature(CLASS, form, scale, tuple(f"{value:.0f}" for value in values), codes=codes)
    sums = scan.prediction.row_sums
    assert sums is not None
    return Nature(QUANTILES if sums.ascending == scan.prediction.rows else ENSEMBLE, NUMBER)


def _labelled(look: Look, scan: Scan, form: str, scale: float) -> Nature:
    """Labels as text, or as `--labels` says, against a column for each class."""
    assert look.labelling is not None
    labels, names = tuple(look.labelling.names()), look.feeds[1].names
    width = scan.prediction.width
    if look.request.labels:
        named, columns = len(labels) == width, list(range(len(labels)))
    else:
        found = columns_of(labels, names)
        named = found is not None
        columns = found if found is not None else list(range(len(labels)))
    lookup = np.array([column if column < width else -1 for column in columns])
    codes = lookup[scan.sample.target[:, 0].astype(np.int64)]
    if len(labels) > width:
        return Nature(MIXED, NUMBER, labels=labels, named=False)
    if not named:
        order = likeliest_columns(codes.astype(np.int64), chances(form, scale, scan.sample.prediction))
        columns, codes = order[: len(labels)].tolist(), order[codes.astype(np.int64)]
    start = len(common_start(names))
    by_column = {column: label for label, column in zip(labels, columns, strict=True)}
    ordered = tuple(by_column.get(column, name[start:] or name) for column, name in enumerate(names))
    return Nature(CLASS, form, scale, ordered, named, codes.astype(np.int64))


def common_start(names: Sequence[str]) -> str:
    """What all names start with."""
    low, high = min(names), max(names)
    length = next((at for at, sign in enumerate(low) if not high.startswith(sign, at)), len(low))
    return low[:length]


def columns_of(labels: Sequence[str], names: Sequence[str]) -> list[int] | None:
    """The column of each label, by its name or by its name behind what all names start with; None where one
    has none."""
    start = common_start(names)
    found = []
    for label in labels:
        match = label if label in names else start + label
        if match not in names:
            return None
        found.append(list(names).index(match))
    return found


def _single(look: Look, scan: Scan) -> Nature:
    """One column each."""
    target, prediction = scan.target, scan.prediction
    if look.is_text(0):
        return _single_text(look, scan)
    values = sorted(target.values or ())
    if _is_binary(values, prediction) or (look.labelling is not None and len(look.labelling.names()) == 2):
        return _binary(look, scan, values)
    if _are_labels(target, prediction):
        return Nature(CLASS, LABEL, codes=scan.sample.target[:, 0].astype(np.int64))
    if target.whole and target.minimum >= 0.0:
        return Nature(COUNT, NUMBER)
    return Nature(POSITIVE if target.minimum > 0.0 else REAL, NUMBER)


def _is_binary(values: Sequence[float], prediction: Profile) -> bool:
    if not values or len(values) > 2 or any(value != round(value) for value in values):
        return False
    if set(values) <= {0.0, 1.0}:
        return True
    if len(values) < 2:
        return False
    between = prediction.minimum >= values[0] and prediction.maximum <= values[1] and not prediction.whole
    if tuple(values) in PAIRS:
        return tuple(values) == (-1.0, 1.0) or not between or prediction.within_one
    return prediction.within_one and not prediction.whole


def _are_labels(target: Profile, prediction: Profile) -> bool:
    """Whether both hold the same few whole numbers: predicted classes rather than counts."""
    if not (target.whole and prediction.whole and target.values and prediction.values):
        return False
    few = len(target.values) <= MOST_CLASSES and set(prediction.values) <= set(target.values)
    return few and len(target.values) > 2 and target.maximum - target.minimum < 2 * len(target.values)


def _binary(look: Look, scan: Scan, values: Sequence[float]) -> Nature:
    target, prediction = scan.sample.target[:, 0], scan.sample.prediction[:, 0]
    if look.labelling is not None:
        low_high: tuple[float, float] = (0.0, 1.0)
        labels = tuple(look.labelling.names())
    else:
        low_high = (values[0], values[1]) if len(values) == 2 else (0.0, 1.0)
        labels = () if set(values) <= {0.0, 1.0} else tuple(f"{value:.0f}" for value in low_high)
    codes = (target == low_high[1]).astype(np.int64)
    own = scan.prediction.values
    if own is not None and len(own) <= 2 and set(own) <= set(low_high) and not scan.prediction.constant:
        return Nature(BINARY, LABEL, 1.0, labels, codes=codes)
    form, scale, compared = binary_form(scan.prediction, codes.astype(np.float64), prediction)
    return Nature(BINARY, form, scale, labels, codes=codes, likelihoods=compared)


def binary_form(
    profile: Profile, codes: Floats, prediction: Floats
) -> tuple[str, float, tuple[tuple[str, float], ...]]:
    """Probabilities, logits or percentages: by their range, and by likelihood where the range allows two."""
    if profile.within_one:
        return PROBABILITY, 1.0, ()
    if profile.minimum < 0.0 or profile.maximum > SCALES[-1]:
        return LOGIT, 1.0, ()
    means = {"logits": float(log_likelihood(codes, sigmoid(prediction)).mean())}
    for scale in SCALES:
        if profile.maximum <= scale:
            means[f"divided by {scale:.0f}"] = float(log_likelihood(codes, prediction / scale).mean())
    best = max(means, key=lambda name: means[name])
    compared = tuple(means.items())
    if best == "logits" and profile.maximum <= 40.0:
        return LOGIT, 1.0, compared
    divided = max((name for name in means if name != "logits"), key=lambda name: means[name])
    return PROBABILITY, float(divided.rpartition(" ")[2]), compared


def _single_text(look: Look, scan: Scan) -> Nature:
    assert look.labelling is not None
    labels = tuple(look.labelling.names())
    codes = scan.sample.target[:, 0].astype(np.int64)
    if look.is_text(1):
        return Nature(CLASS, LABEL, labels=labels, codes=codes)
    if len(labels) != 2:
        return Nature(MIXED, NUMBER, labels=labels, named=False)
    named = bool(look.request.labels)
    (name,) = look.feeds[1].names
    prediction = scan.sample.prediction[:, 0]
    if not named:
        high = prediction[codes == 1].mean() if (codes == 1).any() else 0.0
        low = prediction[codes == 0].mean() if (codes == 0).any() else 0.0
        if name == labels[0] or (name != labels[1] and low > high):
            labels, codes = labels[::-1], 1 - codes
        named = name in labels
    form, scale, compared = binary_form(scan.prediction, codes.astype(np.float64), prediction)
    return Nature(BINARY, form, scale, labels, named, codes, compared)


def chances(form: str, scale: float, prediction: Rows) -> Rows:
    """A sample of predictions (n, c) of a form as probabilities."""
    if form == LOGIT:
        return softmax(prediction) if prediction.shape[1] > 1 else sigmoid(prediction)
    if form == LOGARITHM:
        return np.asarray(np.exp(prediction), dtype=np.float64)
    if form == LOOSE:
        total = prediction.sum(axis=1, keepdims=True)
        found: Rows = np.divide(prediction, total, out=np.full_like(prediction, 0.5), where=total > 0.0)
        return found
    return np.asarray(prediction / scale, dtype=np.float64)
