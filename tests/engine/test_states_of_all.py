"""Every registered loss, plain, weighted and under each of its conventions: the states of two parts merge to
the report of the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.arrays import Rows
from losscli.errors import UsageError
from losscli.registry import Loss, Shape, bind_loss
from tests.losses_under_test import LOSSES, by_name
from tests.shapes import drawn, required

ROWS, CUT = 23, 9


FITTING: dict[str, Callable[[list[Any]], list[Any]]] = {
    "zero_one": lambda arrays: [array % 2 for array in arrays],  # a binary error has two labels
    "topk_error": lambda arrays: [arrays[0], np.hstack([arrays[1], arrays[1] / 2])],  # five of more than five
}
"""What conventions with narrower bounds need of the arrays."""


def _asked(loss: Loss) -> list[Any]:
    """The loss plain and under each convention, once each."""
    plain = bind_loss(loss, {})
    found = [plain, *(bind_loss(loss, {}, convention=one) for one in loss.deviations)]
    return [one for one in found if one.part == plain.part]


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_two_parts_are_the_whole(loss: Loss, tmp_path: Path) -> None:
    entries = required(loss, loss.resolve({}))
    arrays = drawn(loss, loss.resolve({}), (ROWS, 1), np.random.default_rng(3))
    if any(entry.shape is Shape.SERIES for entry in entries):
        arrays = _with_a_file_of_the_series(loss, arrays, tmp_path)
    weights = np.random.default_rng(4).integers(1, 5, ROWS).astype(np.float64)
    for bound in _asked(loss):
        fitting = arrays if bound.convention is None else FITTING.get(loss.name, list)(arrays)
        for weight in (None, weights):
            _compare(bound, fitting, weight)


def _with_a_file_of_the_series(loss: Loss, arrays: list[Any], folder: Path) -> list[Any]:
    found = []
    for entry, array in zip(required(loss, loss.resolve({})), arrays, strict=True):
        if entry.shape is Shape.SERIES:
            path = folder / "series.npy"
            np.save(path, array)
            found.append(f"{entry.role}={path}")
        else:
            found.append(array)
    return found


def _compare(bound: Any, arrays: list[Any], weight: Rows | None) -> None:
    def computed(rows: slice) -> Any:
        parts = [array if isinstance(array, str) else array[rows] for array in arrays]
        given = None if weight is None else weight[rows]
        return api.compute(bound, *parts, weight=given, state=True)

    if bound.loss.gather:
        with pytest.raises(UsageError):
            computed(slice(None))
        return
    whole = computed(slice(None))
    states = [
        json.loads(json.dumps(computed(rows).state, allow_nan=False))
        for rows in (slice(0, CUT), slice(CUT, None))
    ]
    merged, expected = api.merge(*states).plain(), whole.plain()
    del merged["inputs"], expected["inputs"]
    assert json.dumps(_without_places(merged)) == json.dumps(_without_places(expected)), bound.spec


def _without_places(report: dict[str, Any]) -> dict[str, Any]:
    """The report with warnings by their code, and rows by their number: a place counts the rows of its
    part."""
    for holder in (report, *report["results"]):
        holder["warnings"] = [warning["code"] for warning in holder["warnings"]]
        for kind in {"infinite", "clipped"} & holder.keys():
            holder[kind].pop("first")
    return report
