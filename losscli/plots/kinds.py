"""The kinds of pictures: what each shows, what it takes, and which options speak of it.

Help reads this list, so nothing here imports what draws or computes. A kind's module has the kind's name and
a function `picture`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from losscli.errors import UsageError
from losscli.records import NamedTuple


class PlotKind(NamedTuple):
    """One kind of picture. `fits` completes "... draws"; `takes` are its arguments, as usage shows them;
    `instead` are the kinds that draw values which this one cannot."""

    name: str
    words: str
    takes: str
    fits: str
    example: str
    options: frozenset[str] = frozenset()
    sources: range = range(2, 3)
    instead: tuple[str, ...] = ()

    @property
    def takes_loss(self) -> bool:
        """Whether the first argument names losses."""
        return self.takes.startswith("LOSS")

    def make(self, asked: Any) -> Any:
        """The record of the picture. Raises what reading and computing raise."""
        return import_module(f"losscli.plots.{self.name}").picture(asked)


_ALL: Final = (
    PlotKind(
        "curve",
        "losses and their gradients against the prediction",
        "LOSSES",
        "losses of one target and one prediction, without files",
        "losscli plot curve mse,mae,huber --target 0",
        frozenset({"target", "range"}),
        range(1),
    ),
    PlotKind(
        "samples",
        "how the losses of the rows are spread, and which of them carry the whole",
        "LOSS SOURCE...",
        "any loss of rows, of files",
        "losscli plot samples mse sample_data/diabetes.csv:target :prediction",
        frozenset({"bins", "weight", "group"}),
        range(1, 9),
    ),
    PlotKind(
        "calibration",
        "how often a predicted probability came true, with intervals",
        "TARGET PREDICTION",
        "probabilities of labels 0 and 1",
        "losscli plot calibration sample_data/y.csv sample_data/p.csv",
        frozenset({"bins", "confidence", "weight"}),
        range(1, 3),
        ("residuals",),
    ),
    PlotKind(
        "residuals",
        "target minus prediction, by the prediction and as a histogram",
        "TARGET PREDICTION",
        "numbers against predicted numbers",
        "losscli plot residuals sample_data/diabetes.csv:target :prediction",
        frozenset({"bins", "weight"}),
        range(1, 3),
    ),
    PlotKind(
        "distributions",
        "two distributions side by side, with entropies and divergences",
        "TARGET PREDICTION",
        "probabilities that sum to 1, in a column or in a row",
        "losscli plot distributions sample_data/observed.csv sample_data/modelled.csv",
        frozenset({"base", "row"}),
        range(1, 3),
        ("residuals", "calibration"),
    ),
    PlotKind(
        "epochs",
        "a loss (and accuracy) over many predictions; NAME=TARGET begins another set",
        "LOSS TARGET PREDICTION...",
        "many predictions of one target, in order",
        "losscli plot epochs mae sample_data/demand.csv:sold :q10 :q50 :q90",
        frozenset({"weight", "group"}),
        range(2, 100_000),
    ),
    PlotKind(
        "surface",
        "contours of a loss of y = w x + b, its minimum, and gradient descent",
        "LOSS TARGET X",
        "a target over one x",
        "losscli plot surface mse sample_data/diabetes.csv:target :prediction",
        frozenset({"weight"}),
        range(1, 3),
        ("residuals",),
    ),
    PlotKind(
        "compare",
        "paired differences of two predictions, or intervals of more",
        "LOSS TARGET PREDICTION...",
        "two or more predictions of one target",
        "losscli plot compare mae sample_data/demand.csv:sold :forecast :q50",
        frozenset({"bins", "confidence", "weight", "group"}),
        range(2, 40),
    ),
)
KINDS: Final[Mapping[str, PlotKind]] = {kind.name: kind for kind in _ALL}


_GUESSES: Final = {
    "histogram": "samples",
    "hist": "samples",
    "losses": "samples",
    "reliability": "calibration",
    "residual": "residuals",
    "errors": "residuals",
    "distribution": "distributions",
    "training": "epochs",
    "learning": "epochs",
    "history": "epochs",
    "contour": "surface",
    "landscape": "surface",
    "differences": "compare",
    "gradient": "curve",
    "function": "curve",
}


def find_kind(name: str) -> PlotKind:
    """The kind of this name. Raises UsageError with the nearest, or with all."""
    word = name.strip().lower()
    if word in KINDS:
        return KINDS[word]
    near = [_GUESSES[word]] if word in _GUESSES else difflib.get_close_matches(word, KINDS, n=1)
    start = f"did you mean {near[0]}? " if near else "the kind comes first: losscli plot curve bce; "
    raise UsageError(f"there is no plot {name!r}", hint=f"{start}the kinds are {', '.join(KINDS)}")


def others_that_fit(*names: str) -> str:
    """A hint that says which other kinds draw such data."""
    known = [KINDS[name] for name in names if name in KINDS]
    return "; ".join(f"{kind.name} draws {kind.fits}: {kind.example}" for kind in known)
