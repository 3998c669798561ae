"""Losses with other inputs than target and prediction: roles, groups, series, arrays of more axes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import (
    ColumnError,
    DataError,
    DomainError,
    LosscliError,
    ShapeError,
    SourceError,
    UsageError,
)


def write(folder: Path, name: str, text: str) -> str:
    """A file's path."""
    (folder / name).write_text(text)
    return str(folder / name)


def value(losses: Any, *sources: Any, **options: Any) -> float:
    """The headline of one loss."""
    (result,) = losscli.compute(losses, *sources, **options).results
    return result.headline.value


GAUSS = 0.5 * (math.log(4.0) + (3.0 - 1.0) ** 2 / 4.0)


def test_three_sources_in_order_by_role_and_dealt(tmp_path: Path) -> None:
    y, m, v = (
        write(tmp_path, f"{name}.csv", f"{name}\n{cell}\n{cell}\n")
        for name, cell in (("y", 3), ("m", 1), ("v", 4))
    )
    data = write(tmp_path, "d.csv", "y,m,v\n3,1,4\n3,1,4\n")
    calls = [
        (y, m, v),
        (y, f"variance={v}", m),
        (f"variance={v}", f"mean={m}", f"target={y}"),
        (f"{data}:y,m,v",),
        (f"{data}:y", ":m,v"),
        (f"{data}:y,m", f"variance={v}"),
    ]
    for sources in calls:
        assert value("gaussian_nll", *sources) == pytest.approx(GAUSS, rel=1e-15)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    y = write(tmp_path, "y.csv", "y\n3\n")
    with pytest.raises(SourceError, match="one source, but gaussian_nll takes target, mean, variance"):
        value("gaussian_nll", y)
    with pytest.raises(SourceError, match="4 sources"):
        value("gaussian_nll", y, y, y, y)
    with pytest.raises(SourceError) as caught:
        losscli.compute("gaussian_nll,mse", y, y)
    assert "separate calls" in (caught.value.hint or "")


def test_the_gradient_is_by_the_input_that_predicts() -> None:
    (result,) = losscli.compute("gaussian_nll", [3.0], [1.0], [4.0], gradient=True, rows="all").results
    report = losscli.compute("gaussian_nll", [3.0], [1.0], [4.0], gradient=True, rows="all")
    assert report.samples.rows[0].gradients == ((-0.5,),)
    assert result.headline.value == pytest.approx(GAUSS)


# --- series -----------------------------------------------------------------------------------------

TRAIN = [1.0, 3.0, 2.0, 6.0]
SCALE = (2.0 + 1.0 + 4.0) / 3.0


def test_a_training_series_is_given_by_its_role(tmp_path: Path) -> None:
    y, p = write(tmp_path, "y.csv", "y\n5\n7\n"), write(tmp_path, "p.csv", "p\n6\n5\n")
    train = write(tmp_path, "history.csv", "t\n1\n3\n2\n6\n")
    assert value("mase", y, p, f"train={train}") == pytest.approx(1.5 / SCALE, rel=1e-15)
    report = losscli.compute("mase", y, p, f"train={train}")
    assert [entry.rows for entry in report.inputs] == [2, 2, 4]
    with pytest.raises(SourceError, match="train=SOURCE"):
        value("mase", y, p)
    with pytest.raises(SourceError, match="train=SOURCE"):
        value("mase", y, p, train)


def test_each_group_has_its_own_scale(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", "s,y,p\na,5,6\nb,50,60\na,7,5\nb,70,50\n")
    train = write(tmp_path, "h.csv", "s,t\n" + "".join(f"a,{v}\nb,{10 * v}\n" for v in TRAIN))
    found = losscli.compute("mase", f"{data}:y", ":p", f"train={train}:t", group="s", rows="all")
    assert found.results[0].headline.value == pytest.approx(1.5 / SCALE, rel=1e-15)
    assert found.results[0].baseline.loss is None  # no one constant is best where scales differ
    other = write(tmp_path, "o.csv", "s,t\na,1\na,2\n")
    with pytest.raises(DataError, match="the group 'b' has no train"):
        value("mase", f"{data}:y", ":p", f"train={other}:t", group="s")
    plain = write(tmp_path, "p.csv", "t\n1\n2\n")
    with pytest.raises(ColumnError, match="no column 's'"):
        value("mase", f"{data}:y", ":p", f"train={plain}", group="s")


def test_a_series_without_a_scale_is_refused(tmp_path: Path) -> None:
    y = write(tmp_path, "y.csv", "y\n5\n")
    flat = write(tmp_path, "h.csv", "t\n2\n2\n2\n")
    with pytest.raises(LosscliError):
        value("mase", y, y, f"train={flat}")
    empty = write(tmp_path, "e.csv", "t\n")
    with pytest.raises(DataError, match="no data row"):
        value("mase", y, y, f"train={empty}")
    bad = write(tmp_path, "b.csv", "t\n2\nx\n")
    with pytest.raises(DataError, match="x"):
        value("mase", y, y, f"train={bad}")


# --- groups as lists --------------------------------------------------------------------------------


def listnet(relevance: list[float], scores: list[float]) -> float:
    """The definition."""
    whole = math.log(sum(math.exp(score) for score in scores))
    return sum(y * (whole - score) for y, score in zip(relevance, scores, strict=True))


LISTS = "q,y,s\na,2,0.5\nb,1,3\na,0,1.5\nb,0,2\na,1,-1\n"


def test_a_group_is_a_list(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", LISTS)
    wanted = [listnet([2, 0, 1], [0.5, 1.5, -1]), listnet([1, 0], [3, 2])]
    report = losscli.compute("listnet", f"{data}:y", ":s", group="q", rows="all")
    assert [row.values[0] for row in report.samples.rows] == pytest.approx(wanted)
    assert [(row.row, row.id) for row in report.samples.rows] == [(1, "a"), (2, "b")]
    assert report.results[0].headline.value == pytest.approx(sum(wanted) / 2)
    assert "|group:q|" in report.results[0].signature


def test_a_whole_column_as_one_list_is_warned_of(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", LISTS)
    (warning,) = losscli.compute("listnet", f"{data}:y", ":s").findings()
    assert warning.code == "W105"
    assert "one list of 5 rows" in warning.message
    assert not losscli.compute("listnet", f"{data}:y", ":s", group="q").findings()
    assert not losscli.compute("dice", [1.0, 0.0, 1.0], [0.5, 0.5, 1.0]).findings()


def test_lists_of_one_length_may_be_rows() -> None:
    found = value("listnet", [[2.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [[0.5, 1.5, -1.0], [3.0, 2.0, 0.0]])
    assert found == pytest.approx((listnet([2, 0, 1], [0.5, 1.5, -1]) + listnet([1, 0, 0], [3, 2, 0])) / 2)


def test_pairs_are_averaged_over_all_lists(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", LISTS)
    pairs = [0.5 - 1.5, 0.5 + 1, -1 - 1.5, 3 - 2]
    wanted = sum(math.log1p(math.exp(-gap)) for gap in pairs) / 4
    assert value("pairwise_logistic", f"{data}:y", ":s", group="q") == pytest.approx(wanted)


@pytest.mark.parametrize("options", [{"weight": "y"}, {"gradient": True}])
def test_what_a_list_has_not(tmp_path: Path, options: dict[str, Any]) -> None:
    data = write(tmp_path, "d.csv", LISTS)
    with pytest.raises(UsageError, match="--group"):
        value("listnet", f"{data}:y", ":s", group="q", **options)


def test_a_loss_of_rows_has_no_groups(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", LISTS)
    with pytest.raises(UsageError, match="scores each row by itself"):
        value("mse", f"{data}:y", ":s", group="q")
    with pytest.raises(ColumnError, match="--group nothing"):
        value("listnet", f"{data}:y", ":s", group="nothing")
    gap = write(tmp_path, "g.csv", "q,y,s\na,2,0.5\n,1,3\n")
    with pytest.raises(DataError, match="empty cell"):
        value("listnet", f"{gap}:y", ":s", group="q")


def test_a_bad_cell_of_a_list_is_located(tmp_path: Path) -> None:
    data = write(tmp_path, "d.csv", LISTS.replace("b,0,2", "b,-1,2"))
    with pytest.raises(DomainError) as caught:
        value("listnet", f"{data}:y", ":s", group="q")
    assert (caught.value.place.line if caught.value.place else None) == 5


# --- all rows at once -------------------------------------------------------------------------------


def test_a_loss_that_compares_rows_sees_them_all(tmp_path: Path) -> None:
    labels, points = [1, 1, 2, 2], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]]
    rows = losscli.losses.supcon(labels, points)
    small = value("supcon", labels, points, block_bytes=16)
    assert small == pytest.approx(float(np.mean(rows)), rel=1e-15)
    text = "l,a,b\n" + "".join(f"{'xy'[k - 1]},{a},{b}\n" for k, (a, b) in zip(labels, points, strict=True))
    data = write(tmp_path, "d.csv", text)
    assert value("supcon", f"{data}:l", ":a,b") == small


@pytest.mark.parametrize("size", [1 << 20, 16])
def test_the_median_and_the_largest_error_need_all_rows(size: int) -> None:
    target, guess = [1.0, 2.0, 3.0, 9.0], [1.5, 2.0, 5.0, 0.0]
    assert value("median_ae", target, guess, block_bytes=size) == 1.25
    assert value("max_error", target, guess, block_bytes=size) == 9.0
    assert value("median_ae", target, guess, weight=[1.0, 1.0, 1.0, 10.0], block_bytes=size) == 9.0


# --- arrays of more axes ----------------------------------------------------------------------------


def test_matrices_come_from_an_array_file(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(5, 4, 3))
    tokens = generator.integers(0, 3, (5, 4))
    np.save(tmp_path / "y.npy", tokens)
    for order in ("C", "F"):
        np.save(tmp_path / "p.npy", np.asarray(logits, order=order))
        found = value("perplexity", str(tmp_path / "y.npy"), str(tmp_path / "p.npy"))
        assert found == value("perplexity", tokens, logits)
    rows = np.take_along_axis(logits - np.log(np.exp(logits).sum(-1, keepdims=True)), tokens[..., None], -1)
    assert found == pytest.approx(math.exp(-rows.mean()), rel=1e-13)


def test_arrays_of_other_shapes_do_not_pair() -> None:
    with pytest.raises((ColumnError, ShapeError, UsageError)):
        value("mse", np.zeros((2, 2, 3)), np.zeros((2, 3, 2)))
    assert value("mse", np.zeros((2, 2, 3)), np.ones((2, 2, 3))) == 1.0


def test_lengths_may_be_left_out() -> None:
    generator = np.random.default_rng(2)
    logits = generator.normal(size=(2, 6, 4))
    chances = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    labels = [[1, 2, 3], [3, 3, 1]]
    whole = value("ctc", labels, chances)
    assert whole == value("ctc", labels, chances, [6, 6], [3, 3])
    shorter = value("ctc", labels, chances, [6, 6], [3, 2])
    assert shorter != whole


def test_a_history_has_no_weights_of_the_rows(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("y,p,w\n1,1.5,1\n2,2.5,2\n3,2,1\n")
    (tmp_path / "h.csv").write_text("h,w\n1,5\n2,6\n4,7\n5,8\n")
    report = losscli.compute("mase", f"{tmp_path}/d.csv:y", ":p", f"train={tmp_path}/h.csv:h", weight="w")
    assert report.results[0].headline.value == 0.46875  # (0.5 + 2 x 0.5 + 1) / 4 over a step of 4 / 3
