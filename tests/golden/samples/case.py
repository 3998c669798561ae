"""One expected result: the command, the formula, other libraries' calls; and the columns of the files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from foreign import Arrays, Call
from formulas import Formula

DATA = Path(__file__).resolve().parents[3] / "sample_data"
TORCH = "torch.nn.functional"
METRICS = "sklearn.metrics"


@dataclass(frozen=True)
class Case:
    """One command and one of its results."""

    arguments: str  # what follows `losscli compute`, the files without their folder
    loss: str
    formula: Formula
    arrays: Arrays
    inputs: tuple[str, ...]  # the arrays that the formula takes, in order
    calls: tuple[Call, ...]
    # None where the loss itself says how rows combine (a root of a mean).
    reduction: str | None = "mean"
    weights: str | None = None

    @property
    def files(self) -> list[str]:
        """The sample files that the command reads."""
        words = [word.rpartition("=")[2].split(":")[0] for word in self.arguments.split()]
        return [word for word in words if word.endswith(".csv")]

    def words(self) -> list[str]:
        """The arguments as the shell passes them on, to be run beside the folder sample_data."""
        return ["compute", *(in_folder(word) for word in self.arguments.split())]

    def sentence(self, digits: int) -> str:
        """How the value at many digits was obtained."""
        how = "" if self.reduction is None else f"{self.reduction} over rows of "
        weights = f", weights {self.weights}" if self.weights else ""
        return f"{how}{self.formula.text}, at {digits} digits{weights}"


def numbers(file: str, *columns: str) -> np.ndarray:
    """Columns of a sample file as doubles: one as (n,), several as (n, k)."""
    found = [[float(row[column]) for column in columns] for row in records(file)]
    table = np.array(found)
    return table[:, 0].copy() if len(columns) == 1 else table


def records(file: str) -> list[dict[str, str]]:
    """The rows of a sample file by column name."""
    with (DATA / file).open(newline="", encoding="ascii") as lines:
        return list(csv.DictReader(lines))


def in_folder(word: str) -> str:
    """The word with the sample file that it names, perhaps behind a role (train=...), in its folder."""
    role, equals, source = word.rpartition("=")
    return f"{role}{equals}{DATA.name}/{source}" if ".csv" in source else word
