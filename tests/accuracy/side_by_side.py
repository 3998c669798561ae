"""The worst error of losscli and of every installed framework on the same adversarial points:
``python -m tests.accuracy.side_by_side [--points N] [--jobs N] [LOSS ...]``.

Errors are in units of the last place. The frameworks are asked by the calls of the golden cases that give one
number a row, under the parameters of the case. Beside the worst error stands the share of the points with at
most 12 right bits. Ends with 1 where losscli is behind a framework.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.arrays import Rows
from losscli.registry import Loss, all_losses, get
from tests.accuracy.measure import BATCH, GATHERED, rows_as_values
from tests.accuracy.oracle import error_in_ulp, truth
from tests.accuracy.samplers import adversarial
from tests.golden.cases import Asked, Case
from tests.golden.making import questions

MODULES = {"scikit-learn": "sklearn"}
REFERENCES = ("mpmath", "numpy")
"""Libraries that the golden scripts write papers' formulas with: no framework computes so."""
ROW_BY_ROW = 300
"""Points for a function that only reduces, so that each row is a call of its own."""
POOR = 2.0 ** (53 - 12)
"""An error of so many units of the last place leaves at most 12 right bits."""
CLOSE = 0.01
"""Units of the last place that the choice of the points alone makes."""


@dataclass
class Column:
    """What one library, or losscli, did on the points of a loss."""

    points: int = 0
    worst: float = 0.0
    poor: int = 0
    worst_at: str = ""
    ours: float = 0.0

    def add(self, error: float, words: str, ours: float = 0.0) -> None:
        """Judge one point; `ours` is losscli's error there."""
        self.points += 1
        self.poor += error >= POOR
        self.ours = max(self.ours, ours)
        if error > self.worst:
            self.worst, self.worst_at = error, words

    def __str__(self) -> str:
        if not self.points:
            return "-"
        share = 100.0 * self.poor / self.points
        number = "inf" if math.isinf(self.worst) else f"{self.worst:.3g}"
        return number if not self.poor else f"{number} ({share:.0f} %)" if share >= 1 else f"{number} (< 1 %)"


@dataclass
class Compared:
    """A loss and its columns by library."""

    loss: str
    points: int
    ours: Column = field(default_factory=Column)
    theirs: dict[str, Column] = field(default_factory=dict)

    @property
    def ahead_of_us(self) -> list[str]:
        """The libraries whose worst error is smaller than ours on the same points."""
        return [name for name, column in self.theirs.items() if column.worst < column.ours - CLOSE]


def asked_of(loss: Loss) -> Iterator[tuple[Case, list[Asked]]]:
    """The settings of a loss for which libraries were asked: the first question to each library."""
    seen: set[str] = set()
    for case, _ in dict.fromkeys((case.name, case.loss) for case, _ in questions() if case.loss == loss.name):
        wanted = next(one for one, _ in questions() if (one.name, one.loss) == (case, loss.name))
        fresh = []
        for question in wanted.asked:
            library = question.call.library
            plain = question.reduction in ("none", "mean") and "." not in question.convention
            if (
                plain
                and library not in REFERENCES
                and library not in seen
                and find_spec(MODULES.get(library, library))
            ):
                seen.add(library)
                fresh.append(question)
        if fresh:
            yield wanted, fresh


def compare(name: str, points: int, seed: int) -> Compared:
    """The worst errors of one loss."""
    warnings.simplefilter("ignore")
    loss = get(name)
    found = Compared(name, points)
    chosen = list(asked_of(loss))
    for place, (case, asked) in enumerate(chosen):
        for question in asked:
            found.theirs.setdefault(question.call.library, Column())
        _compare_case(found, case, asked, (points // len(chosen), seed + place))
    if not chosen:
        _compare_case(found, None, [], (points, seed))
    return found


def _compare_case(found: Compared, case: Case | None, asked: Sequence[Asked], plan: tuple[int, int]) -> None:
    loss = get(found.loss)
    params = loss.resolve({} if case is None else dict(case.params))
    generator = np.random.default_rng(plan[1])
    most = {q.call.library: plan[0] if q.reduction == "none" else ROW_BY_ROW for q in asked}
    size = GATHERED if loss.gather and loss.total is None else BATCH
    for start in range(0, plan[0], size):
        arrays = adversarial(loss, params, min(size, plan[0] - start), generator)
        blocks = loss.check(arrays, params)
        ours = np.asarray(loss.rows(blocks, params))
        answers = {
            question.call.library: _answer(case, question, arrays, ours.shape)
            for question in asked
            if case is not None and found.theirs[question.call.library].points < most[question.call.library]
        }
        for row, values in enumerate(rows_as_values(loss, blocks, params)):
            true = truth(loss.formula, {**params, **values}, loss.accuracy.against)
            error = error_in_ulp(float(ours[row]), true)
            found.ours.add(error, str(values))
            for library, answer in answers.items():
                if answer is not None and row < len(answer) and found.theirs[library].points < most[library]:
                    found.theirs[library].add(error_in_ulp(float(answer[row]), true), str(values), error)


def _answer(case: Case | None, question: Asked, arrays: Sequence[Rows], shape: tuple[int, ...]) -> Any:
    """A library's numbers, one a row; None where it refuses these arrays."""
    assert case is not None
    given: Mapping[str, Any] = {
        name: array.astype(np.int64) if np.asarray(case.arrays[name]).dtype.kind in "iu" else array
        for name, array in zip(case.inputs, arrays, strict=False)
    }
    try:
        if question.reduction == "none":
            found = np.asarray(question.call.carry_out(given), dtype=np.float64)
            return found.reshape(shape) if found.size == math.prod(shape) else None
        rows = range(min(shape[0], ROW_BY_ROW)) if len(shape) == 1 else range(0)
        alone = [{name: array[row : row + 1] for name, array in given.items()} for row in rows]
        return [float(np.ravel(question.call.carry_out(one))[0]) for one in alone] or None
    except Exception:  # every library has refusals of its own
        return None


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.side_by_side")
    parser.add_argument("losses", nargs="*", help="names of losses; all without any")
    parser.add_argument("--points", type=int, default=2000, help="points for each loss")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    names = options.losses or [loss.name for loss in all_losses()]
    libraries = sorted({asked.call.library for _, asked in questions()} - {*REFERENCES})
    libraries = [name for name in libraries if find_spec(MODULES.get(name, name))]
    print("| loss | points | losscli | " + " | ".join(libraries) + " |")
    print("|---|---:|---:|" + "---:|" * len(libraries), flush=True)
    behind: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(compare, name, options.points, options.seed) for name in names]
        for run in runs:
            found = run.result()
            cells = [str(found.theirs.get(name, Column())) for name in libraries]
            print(f"| {found.loss} | {found.ours.points} | {found.ours} | {' | '.join(cells)} |", flush=True)
            behind += [
                f"{found.loss}: {name} {found.theirs[name]}, losscli {found.theirs[name].ours:.3g}"
                for name in found.ahead_of_us
            ]
    print("", *behind, sep="\n")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
