"""Asks the libraries every question that the cases have for them, and writes the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported; its usual one needs tensorflow

import importlib
import pkgutil

import numpy as np

from tests.golden.cases import Asked, Case

FOLDER = Path(__file__).parent
SUFFIX = "_cases"
FAMILIES: tuple[str, ...] = tuple(
    sorted(
        entry.name.removesuffix(SUFFIX)
        for entry in pkgutil.iter_modules([str(FOLDER)])
        if entry.name.endswith(SUFFIX)
    )
)
CASES: Mapping[str, tuple[Case, ...]] = {
    family: importlib.import_module(f"tests.golden.{family}{SUFFIX}").CASES for family in FAMILIES
}
"""The cases of every module whose name ends so."""


def questions() -> Iterator[tuple[Case, Asked]]:
    """Every question, in the order of the cases."""
    return ((case, asked) for cases in CASES.values() for case in cases for asked in case.asked)


def answer(case: Case, asked: Asked) -> dict[str, Any]:
    """One golden entry: what was asked, of whom, and what came back, with the type it was computed in."""
    values = asked.call.carry_out(case.arrays)
    # These go through single precision even where their result is of double.
    kind = "float32" if asked.call.library in SINGLE else str(values.dtype)
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
        "as": asked.convention,
        "values": written(values),
    }


SINGLE = ("keras", "xgboost", "lightgbm")


def written(values: Any) -> Any:
    """Numbers as strict JSON holds them: infinities and nan as words."""
    if isinstance(values, np.ndarray):
        return written(values.tolist())
    if isinstance(values, list):
        return [written(value) for value in values]
    return values if np.isfinite(values) else str(values)


def path_of(family: str) -> Path:
    """Where the answers to a family's cases are kept."""
    return FOLDER / "answers" / f"{family}.json"


def write(family: str) -> None:
    """Ask everything of a family and write the file."""
    entries = [answer(case, asked) for case in CASES[family] for asked in case.asked]
    lines = ",\n".join(json.dumps(entry, allow_nan=False) for entry in entries)
    path_of(family).write_text(f"[\n{lines}\n]\n", encoding="ascii", newline="\n")


def random_arrays(case: Case, generator: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Other arrays of the same kind: labels that occur, rows that sum to 1 or rise, numbers in the same
    range."""
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
            if given.ndim == 2 and (given[:, 1:] >= given[:, :-1]).all():  # bounds, quantiles
                drawn.sort(axis=1)
        found[name] = drawn.astype(np.float32).astype(given.dtype) if given.dtype.kind == "f" else drawn
    return found
