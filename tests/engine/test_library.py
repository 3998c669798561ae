"""What the library's calls take: arrays, series, data frames, paths, records; and what they answer to the
rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import losscli
from losscli.errors import (
    CellError,
    ColumnError,
    DomainError,
    HeaderError,
    LosscliError,
    ParamError,
    ShapeError,
    UnknownLoss,
    UsageError,
)
from losscli.registry import bind
from tests.losses_under_test import LOSSES, by_name

Y, P = [1.0, 2.0, 4.0], [1.0, 4.0, 1.0]
MSE = 13 / 3


def of(library: str, name: str) -> Callable[[Any], Any]:
    """A constructor of a library that need not be there."""

    def make(given: Any) -> Any:
        return getattr(pytest.importorskip(library), name)(given)

    make.__name__ = f"{library}.{name}"
    return make


class Frame:
    """A data frame as pandas has it: whether its `columns` are any cannot be asked."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns = np.array(list(columns))
        self._columns = columns

    def __getitem__(self, name: str) -> Any:
        return np.array(self._columns[name])


SERIES = [list, tuple, np.array, np.float32, pa.array, of("pandas", "Series"), of("polars", "Series")]
FRAMES = [dict, Frame, pa.table, of("pandas", "DataFrame"), of("polars", "DataFrame")]


def values(*arguments: Any, **options: Any) -> list[float]:
    return [result.headline.value for result in losscli.compute(*arguments, **options).results]


@pytest.mark.parametrize("form", SERIES)
def test_one_column_in_any_form(form: Any) -> None:
    assert values("mse", form(Y), form(P)) == [MSE]
    assert losscli.losses.mse(form(Y), form(P)).tolist() == [0.0, 4.0, 9.0]


@pytest.mark.parametrize("frame", FRAMES)
def test_data_frames_pair_their_columns_by_name(frame: Any) -> None:
    target, prediction = frame({"a": Y, "b": P}), frame({"b": Y, "a": P})
    report = losscli.compute("mse", target, prediction, multioutput="none")
    assert [(result.column, result.headline.value) for result in report.results] == [("a", MSE), ("b", MSE)]


@pytest.mark.parametrize("frame", FRAMES)
def test_data_frames_pair_their_rows_by_key(frame: Any) -> None:
    target, prediction = (
        frame({"id": ["x", "y"], "v": [1.0, 2.0]}),
        frame({"id": ["y", "x"], "v": [5.0, 2.0]}),
    )
    report = losscli.compute("mse", target, prediction, id="id", rows="all")
    assert [(s.row, s.id, s.values[0]) for s in report.samples.rows] == [(1, "x", 1.0), (2, "y", 9.0)]


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    frame = Frame({"a": [1.0], "b": [2.0]})
    frame.columns = np.array(["a", "a"])
    with pytest.raises(HeaderError, match="'a'"):
        losscli.compute("mse", frame, [[1.0, 2.0]])


def test_files_and_arrays_in_one_call(tmp_path: Path) -> None:
    file = tmp_path / "y.csv"
    file.write_text("y,w\n1,1\n2,0\n4,1\n")
    assert values("mse", f"{file}:y", P) == values("mse", P, f"{file}:y") == [MSE]
    assert values("mse", f"{file}:y", P, weight="w") == [4.5]
    assert values("mse", f"{file}:y", P, weight=np.array([1, 0, 1])) == [4.5]
    assert losscli.compute("mse", f"{file}:y", P).inputs[0].source == f"{file}:y"


def test_paths_are_files(tmp_path: Path) -> None:
    for name, cells in (("y.csv", Y), ("p.csv", P)):
        (tmp_path / name).write_text("".join(f"{cell}\n" for cell in ["v", *cells]))
    assert values("mse", tmp_path / "y.csv", tmp_path / "p.csv") == [MSE]


def test_masked_cells_are_missing() -> None:
    target = np.ma.array([1, 2, 4], mask=[False, True, False])
    with pytest.raises(CellError, match="missing"):
        losscli.compute("mse", target, P)
    assert values("mse", target, P, missing="skip") == [4.5]
    with pytest.raises(ShapeError, match="object"):
        losscli.losses.mse(target, P)


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_every_loss_is_a_function_of_the_library(loss: Any) -> None:
    assert getattr(losscli.losses, loss.name) is loss
    assert loss.name in dir(losscli.losses)


@pytest.mark.parametrize(
    "losses",
    [
        "mse,huber:delta=0.5",
        ["mse", "huber:delta=0.5"],
        [losscli.losses.mse, bind("huber", delta=0.5)],
        (losscli.losses.mse, "huber:delta=0.5"),
    ],
)
def test_losses_by_name_or_record(losses: Any) -> None:
    assert values(losses, Y, P) == values("mse", Y, P) + values("huber:delta=0.5", Y, P)
    assert values(losscli.losses.mse, Y, P) == [MSE]
    assert values(bind("mse"), Y, P) == [MSE]


@pytest.mark.parametrize(
    ("losses", "error"),
    [
        (None, UsageError),
        (3, UsageError),
        ([None], UsageError),
        ([], UnknownLoss),
        ("", UnknownLoss),
        (["mse", "mse"], UsageError),
        (["mse", losscli.losses.mse], UsageError),
    ],
)
def test_what_is_no_loss(losses: Any, error: type[LosscliError]) -> None:
    with pytest.raises(error):
        losscli.compute(losses, Y, P)


@pytest.mark.parametrize(
    "options",
    [
        {"rows": -5},
        {"rows": "some"},
        {"rows": 2.5},
        {"rows": True},
        {"worst": 0},
        {"worst": -1},
        {"worst": "3"},
        {"reduction": None},
        {"reduction": 5},
        {"reduction": [None]},
        {"id": 5},
        {"id": [5]},
        {"labels": [None]},
        {"header": "yes"},
        {"gradient": "no"},
        {"delimiter": 3},
        {"input_format": 3},
        {"multioutput": 1},
        {"missing": None},
        {"reductions": ("mean",)},
        {"color": "red"},
        {"weight": [[1, 2], [3, 4], [5, 6]]},
    ],
)
def test_options_that_make_no_sense(options: Any) -> None:
    with pytest.raises(UsageError):
        losscli.compute("mse", Y, P, **options)


def test_counts_of_numpy_and_labels_as_numbers() -> None:
    assert len(losscli.compute("mse", Y, P, rows=np.int64(2)).samples.rows) == 2
    by_number = losscli.compute("bce", [-1, 1], [0.3, 0.4], labels=[-1, 1])
    assert by_number == losscli.compute("bce", [-1, 1], [0.3, 0.4], labels="-1,1")


class Untouchable:
    """A tensor that must be detached first."""

    def __array__(self, *arguments: Any, **options: Any) -> Any:
        raise RuntimeError("can't call numpy() on a tensor that requires grad")


@pytest.mark.parametrize(
    "given",
    [None, 3, 3.0, {1.0, 2.0}, b"y.csv", Untouchable(), [[1], [1, 2]], np.zeros((3, 0)), np.zeros((1, 2, 0))],
)
def test_what_is_no_array(given: Any) -> None:
    with pytest.raises(ShapeError, match="target"):
        losscli.losses.mse(given, P)
    with pytest.raises(ShapeError, match="target"):
        losscli.compute("mse", given, P)


@pytest.mark.parametrize("given", [[1j], np.array(["2020-01-01"], dtype="M8[D]"), ["a"], [None], [object()]])
def test_what_is_no_number(given: Any) -> None:
    with pytest.raises(LosscliError, match=r"target|number|missing"):
        losscli.losses.mse(given, [1.0])
    with pytest.raises(LosscliError, match=r"target|number|missing"):
        losscli.compute("mse", given, [1.0])


def test_integers_that_no_double_holds_are_refused() -> None:
    with pytest.raises(DomainError, match="9007199254740993"):
        losscli.losses.mse([0, 2**53 + 1], [0, 0])
    assert losscli.losses.mae([2**53, -(2**62)], [0, 0]).tolist() == [2.0**53, 2.0**62]


@pytest.mark.parametrize("delta", [[1.0], np.ones(2), 1j, None, "1", True, math.nan, object()])
def test_parameters_that_are_no_number(delta: Any) -> None:
    with pytest.raises(ParamError, match="delta"):
        losscli.losses.huber([1.0], [2.0], delta=delta)


def test_parameters_of_other_number_types() -> None:
    numbers: list[Any] = [np.float32(0.5), Decimal("0.5")]
    for delta in numbers:
        assert losscli.losses.huber([0.0], [2.0], delta=delta).tolist() == [0.875]


def test_a_weight_of_several_columns_is_refused() -> None:
    with pytest.raises(ColumnError, match="2 columns"):
        losscli.compute("mse", Y, P, weight=np.ones((3, 2)))
