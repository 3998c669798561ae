"""What the files hold, fact by fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from losscli.analysis.inspecting import kinds
from losscli.analysis.inspecting.faults import Case
from losscli.analysis.inspecting.kinds import Nature
from losscli.analysis.inspecting.profile import Profile
from losscli.arrays import Rows
from losscli.report.inspect import Held

TARGETS: Final[Mapping[str, str]] = {
    kinds.BINARY: "two classes",
    kinds.CLASS: "one class a row",
    kinds.ONE_HOT: "one class a row, one-hot",
    kinds.MULTILABEL: "several labels a row",
    kinds.DISTRIBUTION: "a distribution a row",
    kinds.COUNT: "counts",
    kinds.POSITIVE: "positive numbers",
    kinds.REAL: "real numbers",
    kinds.QUANTILES: "real numbers",
    kinds.ENSEMBLE: "real numbers",
    kinds.OUTPUTS: "several numbers a row",
    kinds.MIXED: "columns that do not match the prediction's",
    kinds.SWAPPED: "what looks like predictions",
}
FORMS: Final[Mapping[str, str]] = {
    kinds.PROBABILITY: "probabilities",
    kinds.LOGIT: "logits or scores",
    kinds.LABEL: "labels",
    kinds.LOGARITHM: "log-probabilities",
    kinds.LOOSE: "numbers in [0, 1] that do not sum to 1",
}
_CLIPS: Final = (1e-16, 2.0**-52, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 2.0**-23, 1e-6, 1e-5, 1e-4, 1e-3)
_SHOWN = 10
_PRINTED = 500
"""Numbers that are compared with the shortest digits of float32."""


def problem_words(case: Case) -> str:
    """What is predicted by what."""
    return f"{TARGETS[case.nature.problem]} against {_form(case.nature)}"


def _form(nature: Nature) -> str:
    if nature.problem == kinds.QUANTILES:
        return "rising columns (quantiles)"
    if nature.problem == kinds.ENSEMBLE:
        return "several predictions (an ensemble)"
    if nature.scale != 1.0:
        return f"probabilities times {nature.scale:g}"
    return FORMS.get(nature.form, "what looks like labels" if nature.problem == kinds.SWAPPED else "numbers")


def model_words(nature: Nature) -> str:
    """Generative or discriminative, in one line."""
    if nature.problem == kinds.DISTRIBUTION:
        return (
            "generative: whole distributions are compared; kl and cross-entropy are likelihoods of what a "
            "distribution generates"
        )
    if nature.problem in (kinds.QUANTILES, kinds.ENSEMBLE):
        return "discriminative, and a whole distribution of the target for each row: p(target | inputs)"
    if nature.problem in (kinds.MIXED, kinds.SWAPPED):
        return "not to be told before the files fit"
    return (
        "discriminative: p(target | inputs) is scored; a generative model's p(inputs) needs a likelihood "
        "(log_score, perplexity)"
    )


def holdings(case: Case) -> Iterator[Held]:
    """Every fact of the target, then of the prediction, then of both."""
    scan, look = case.scan, case.commands.look
    yield Held("target", "kind", TARGETS[case.nature.problem])
    yield Held("prediction", "kind", _form(case.nature))
    for role, profile in (("target", scan.target), ("prediction", scan.prediction)):
        at = 0 if role == "target" else 1
        yield Held(role, "rows", profile.rows)
        yield Held(role, "columns", profile.width)
        if look.is_text(at):
            yield Held(role, "text", True, "labels as text")
            continue
        yield from _numbers(role, profile, scan.sample.target if at == 0 else scan.sample.prediction)
    yield from _labels(case)
    yield from _edges(scan.prediction)
    repeats = scan.repeats
    about = "" if repeats.exact else "about "
    words = f"{about}{repeats.repeated:,} repeat an earlier target and prediction"
    yield Held("prediction", "repeated rows", repeats.repeated, words)


def _numbers(role: str, profile: Profile, sample: Rows) -> Iterator[Held]:
    """Range, exact sums, how the numbers were stored."""
    numbers = profile.summary.result()
    yield Held(role, "least", profile.minimum)
    yield Held(role, "largest", profile.maximum)
    for name in ("sum", "mean", "std"):
        yield Held(role, name, numbers[name].value)
    yield Held(role, "whole numbers", profile.whole)
    yield Held(role, "stored as", stored_as(profile, sample), _stored_words(profile, sample))


def stored_as(profile: Profile, sample: Rows) -> str:
    """How narrow a type the numbers went through: float16, float32, "float32 printed", or float64."""
    if profile.whole:
        return "whole"
    if profile.half:
        return "float16"
    if profile.single:
        return "float32"
    return "float32 printed" if _printed_single(sample) else "float64"


def _stored_words(profile: Profile, sample: Rows) -> str:
    return {
        "whole": "whole numbers",
        "float16": "float16: every value is one",
        "float32": "float32: every value is one",
        "float32 printed": "printed with the shortest digits of float32",
        "float64": "float64",
    }[stored_as(profile, sample)]


def _printed_single(sample: Rows) -> bool:
    """Whether numbers of eight and more digits all are the shortest text of a float32: of such numbers not
    one in three is by chance."""
    values = sample.ravel()[:_PRINTED]
    long = [value for value in values.tolist() if len(_digits(value)) >= 8]
    if len(long) < 10 or max(map(abs, long)) > 1e38:
        return False
    with np.errstate(under="ignore"):
        return all(float(str(np.float32(value))) == value for value in long)


def _digits(value: float) -> str:
    return repr(abs(value)).partition("e")[0].replace(".", "").strip("0")


def _labels(case: Case) -> Iterator[Held]:
    """The classes and their shares, and how they are written."""
    nature, scan = case.nature, case.scan
    if nature.problem not in (kinds.BINARY, kinds.CLASS, kinds.ONE_HOT):
        return
    if nature.problem == kinds.ONE_HOT:
        sums = [total.value() for total in scan.target.sums]
        names = case.commands.look.feeds[0].names
        counts = dict(zip(names, (int(total) for total in sums), strict=False))
    else:
        labelling = case.commands.look.labelling
        known = None if labelling is None else labelling.names()
        counts = {
            f"{value:g}" if known is None else known[int(value)]: count
            for value, count in sorted((scan.target.values or {}).items())
        }
        order = {label: at for at, label in enumerate(nature.labels)}
        counts = dict(sorted(counts.items(), key=lambda one: order.get(one[0], 0)))
    shown = [
        f"{label}: {count:,} ({100 * count / scan.target.rows:.3g} %)" for label, count in counts.items()
    ]
    words = ", ".join(shown[:_SHOWN]) + (", ..." if len(shown) > _SHOWN else "")
    coding = (
        ",".join(nature.labels) if nature.labels else "0/1" if nature.problem == kinds.BINARY else "from 0"
    )
    yield Held("target", "coding", coding if nature.problem != kinds.ONE_HOT else "one-hot")
    yield Held("target", "classes", len(counts), words, counts)


def _edges(prediction: Profile) -> Iterator[Held]:
    """Predictions of exactly 0 and 1, and those that were clipped."""
    if not prediction.within_one or prediction.whole:
        return
    cells = prediction.rows * prediction.width
    saturated = prediction.zeros + prediction.ones
    words = f"{prediction.zeros:,} are exactly 0, {prediction.ones:,} exactly 1, of {cells:,}"
    detail = {"zeros": prediction.zeros, "ones": prediction.ones}
    yield Held("prediction", "saturated", saturated, words, detail)
    clips = []
    for value, count in (
        (prediction.minimum, prediction.low.count),
        (prediction.maximum, prediction.high.count),
    ):
        near = min(value, 1.0 - value)
        known = any(abs(near - clip) <= 1e-3 * clip + 2.0**-53 for clip in _CLIPS)
        if 0.0 < value < 1.0 and count > 1 and (known or count >= max(10, cells // 100)):
            clips.append((value, count))
    said = ", ".join(f"{count:,} are exactly {value!r}" for value, count in clips) or "none"
    detail = {repr(value): count for value, count in clips}
    yield Held("prediction", "clipped", sum(count for _, count in clips), said, detail)
