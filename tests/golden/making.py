"""Asks one library every question that the cases have for it, and writes the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported; its usual one needs tensorflow

import numpy as np

from tests.golden import classification_cases, regression_cases
from tests.golden.cases import Asked, Case

FOLDER = Path(__file__).parent
LIBRARIES = ("keras", "optax", "scipy", "scikit-learn", "torch", "torchmetrics")
CASES: tuple[Case, ...] = regression_cases.CASES + classification_cases.CASES


def questions(library: str) -> Iterator[tuple[Case, Asked]]:
    """Every question for one library, in the order of the cases."""
    return ((case, asked) for case in CASES for asked in case.asked if asked.call.library == library)


def answer(case: Case, asked: Asked) -> dict[str, Any]:
    """One golden entry: what was asked, of whom, and what came back, with the type it was computed in."""
    values = asked.call.carry_out(case.arrays)
    # Keras goes through single precision even where its result is of double.
    kind = "float32" if asked.call.library == "keras" else str(values.dtype)
    return {
        "case": case.name,
        "loss": case.loss,
        "params": dict(case.params),
        "inputs": {name: case.arrays[name].tolist() for name in case.inputs},
        "weights": case.arrays["w"].tolist() if asked.reduction == "weighted mean" else None,
        "reduction": asked.reduction,
        "library": asked.call.library,
        "version": asked.call.version,
        "call": str(asked.call),
        "dtype": kind,
        "values": values.tolist(),
    }


def path_of(library: str) -> Path:
    """Where a library's answers are kept."""
    return FOLDER / f"{library}.json"


def write(library: str) -> None:
    """Ask everything and write the file."""
    entries = [answer(case, asked) for case, asked in questions(library)]
    lines = ",\n".join(json.dumps(entry, allow_nan=False) for entry in entries)
    path_of(library).write_text(f"[\n{lines}\n]\n", encoding="ascii", newline="\n")


def random_arrays(case: Case, generator: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Other arrays of the same kind: labels that occur, rows that sum to 1, numbers in the same range."""
    found: dict[str, np.ndarray] = {}
    for name, given in case.arrays.items():
        shape = (40, *given.shape[1:])
        if given.ndim == 2 and np.isin(given, (0.0, 1.0)).all():
            drawn = given[generator.integers(0, len(given), shape[0])]
        elif given.ndim == 2 and (given.sum(axis=1) == 1.0).all():
            counts = generator.multinomial(1024 - shape[1], np.full(shape[1], 1.0 / shape[1]), shape[0])
            drawn = (counts + 1) / 1024.0  # sums to 1 exactly, also in single precision
        elif len(np.unique(given)) <= 4 and (given == np.rint(given)).all():
            drawn = generator.choice(np.unique(given), shape)
        else:
            drawn = generator.uniform(given.min(), given.max(), shape)
        found[name] = drawn.astype(np.float32).astype(given.dtype) if given.dtype.kind == "f" else drawn
    return found
