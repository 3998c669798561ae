"""Laws about rows: each has its own number, whatever stands beside or before it, in any memory layout."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from losscli.arrays import Rows
from losscli.errors import LosscliError
from losscli.registry import Shape, get
from tests.accuracy.samplers import adversarial
from tests.laws.cases import Case, LawError, law, require, require_same

ROWS = 131
BLOCKS = (1, 7, 64)


@law("one number a row")
def one_number_a_row(case: Case) -> None:
    for columns in (1, 3):
        arrays = case.draw(ROWS, columns)
        cells = all(entry.shape is Shape.CELLS for entry in case.inputs if entry.paired)
        wanted = arrays[case.focus].shape if cells else (ROWS,)
        rows = case.rows(arrays)
        require(isinstance(rows, np.ndarray) and rows.dtype == np.float64, f"the rows are {type(rows)}")
        require(
            rows.shape == wanted, f"{arrays[case.focus].shape} gives rows of shape {rows.shape}, not {wanted}"
        )
        called = case.called(arrays)
        if case.loss.is_set or case.loss.total is not None:
            require(isinstance(called, float), f"a loss over the whole set gives {type(called)}")
        else:
            require_same(called, rows, "a call and its rows")
        if case.loss.slope is not None:
            slope = case.loss.gradient(*arrays, **case.params)
            require(slope.shape == arrays[case.focus].shape, f"the gradient's shape is {slope.shape}")


@law("order of rows does not matter")
def order_does_not_matter(case: Case) -> None:
    for columns in (1, 2):
        arrays = case.draw(ROWS, columns)
        before, total = case.rows(arrays), case.total(arrays)
        for round_ in range(3):
            order = np.random.default_rng(round_).permutation(ROWS)
            moved = [a[order] if e.paired else a for a, e in zip(arrays, case.inputs, strict=True)]
            if case.loss.gather and case.loss.total is None:  # its sums over rows have an order
                close = np.abs(case.rows(moved) - before[order]) <= 1e-12 * np.maximum(
                    np.abs(before[order]), 1.0
                )
                require(close.all(), "rows in another order")
                continue
            require_same(case.rows(moved), before[order], "rows in another order")
            require_same(case.total(moved).value, total.value, "the whole in another order")


@law("any split equals the whole")
def any_split_equals_the_whole(case: Case) -> None:
    if case.loss.gather:
        case.exempt("any split equals the whole", "the loss sees all rows at once")
        return
    for columns in (1, 2):
        clean = case.clean(case.draw(ROWS, columns))
        whole, total = case.loss.rows(clean, case.params), case.combined([clean])
        slope = case.loss.slope and case.loss.slope(*clean, **case.params)
        for size in BLOCKS:
            parts = [[block[at : at + size] for block in clean] for at in range(0, ROWS, size)]
            rows = np.concatenate([case.loss.rows(part, case.params) for part in parts])
            require_same(rows, whole, f"rows in blocks of {size}")
            require_same(case.combined(parts).value, total.value, f"the whole in blocks of {size}")
            if slope is not None and case.loss.slope is not None:
                pieces = [case.loss.slope(*part, **case.params) for part in parts]
                require_same(np.concatenate(pieces), slope, f"gradients in blocks of {size}")


@law("weight k equals the row k times")
def weight_equals_repetition(case: Case) -> None:
    if case.loss.gather and case.loss.total is None:
        case.exempt(
            "weight k equals the row k times", "a row is compared with every other, also with its double"
        )
        return
    for columns in (1, 2):
        arrays = case.draw(37, columns)
        times = np.random.default_rng(case.seed).integers(1, 6, 37)
        repeated = [
            np.repeat(a, times, axis=0) if e.paired else a for a, e in zip(arrays, case.inputs, strict=True)
        ]
        require_same(case.rows(repeated), np.repeat(case.rows(arrays), times, axis=0), "rows k times")
        weighted = case.total(arrays, times.astype(np.float64))
        require(
            weighted == case.total(repeated), f"weights give {weighted}, repetition {case.total(repeated)}"
        )
        if not case.loss.is_set and not case.loss.gather:
            _summaries_agree(case, arrays, repeated, times.astype(np.float64))


def _summaries_agree(case: Case, arrays: list[Rows], repeated: list[Rows], weights: Rows) -> None:
    from losscli.reductions import Summary

    light, heavy = Summary(deviation=True), Summary(deviation=True)
    light.add(np.ascontiguousarray(case.rows(arrays).reshape(37, -1)[:, 0]), weights)
    many = case.rows(repeated)
    heavy.add(np.ascontiguousarray(many.reshape(len(many), -1)[:, 0]), None)
    one, other = light.result(), heavy.result()
    for name in ("mean", "sum", "std", "min", "max"):
        require(one[name] == other[name], f"{name}: weights give {one[name]}, repetition {other[name]}")


@law("columns stand alone")
def columns_stand_alone(case: Case) -> None:
    if not all(entry.shape is Shape.CELLS for entry in case.inputs if entry.paired):
        case.exempt("columns stand alone", "a row is one vector or one class")
        return
    arrays = case.draw(ROWS, 3)
    together = case.rows(arrays)
    slopes = None if case.loss.slope is None else case.loss.gradient(*arrays, **case.params)
    for column in range(3):
        alone = [np.ascontiguousarray(a[:, column]) if a.ndim > 1 else a for a in arrays]
        require_same(case.rows(alone), together[:, column], f"column {column + 1} alone")
        if slopes is not None:
            slope = case.loss.gradient(*alone, **case.params)
            require_same(slope, slopes[:, column], f"the gradient of column {column + 1} alone")


@law("inputs stay untouched")
def inputs_stay_untouched(case: Case) -> None:
    for columns in (1, 2):
        arrays = case.draw(ROWS, columns)
        kept = [array.copy() for array in arrays]
        case.called(arrays)
        if case.loss.slope is not None:
            case.loss.gradient(*arrays, **case.params)
        for array, copy, entry in zip(arrays, kept, case.inputs, strict=True):
            require(array.tobytes() == copy.tobytes(), f"the {entry.role} was changed")
        for array in arrays:
            array.flags.writeable = False
        try:
            case.called(arrays)
        except ValueError as error:
            raise LawError(f"an array that cannot be written is not accepted: {error}") from error


@law("memory layout does not matter")
def layout_does_not_matter(case: Case) -> None:
    for columns in (1, 3):
        arrays = case.draw(ROWS, columns)
        for array in arrays:  # so that the single precision below holds the same numbers
            array[:] = array.astype(np.float32)
        arrays = [
            a if _fits(case, arrays, at, a) else b
            for at, (a, b) in enumerate(zip(arrays, case.draw(ROWS, columns), strict=True))
        ]
        wanted = case.rows(arrays)
        total = case.total(arrays)
        for words, change in LAYOUTS.items():
            changed = [change(array) for array in arrays]
            require_same(case.rows(changed), wanted, words)
            require(case.total(changed) == total, f"{words}: the whole differs")
        _types_do_not_matter(case, arrays)


def _strided(array: Rows) -> Rows:
    wide = np.full((2 * len(array), *array.shape[1:]), np.nan)
    wide[::2] = array
    return wide[::2]


LAYOUTS: dict[str, Any] = {
    "a reversed view": lambda array: array[::-1].copy()[::-1],
    "every other row of a larger array": _strided,
    "Fortran order": np.asfortranarray,
    "reversed columns": lambda a: a if a.ndim == 1 else np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "big-endian": lambda array: array.astype(">f8"),
    "nested lists": lambda array: array.tolist(),
    "long doubles": lambda array: array.astype(np.longdouble),
}


def _types_do_not_matter(case: Case, arrays: list[Rows]) -> None:
    single = [a.astype(np.float32) if _exact(a, np.float32) else a for a in arrays]
    require_same(case.rows(single), case.rows(arrays), "single precision")
    whole = list(arrays)
    for at, array in enumerate(arrays):
        rounded = np.clip(np.rint(array), -100.0, 100.0)
        if _fits(case, whole, at, rounded):
            whole[at] = rounded
    wanted = case.rows(whole)
    for kind in (np.int64, np.int8):
        integers = [array.astype(kind) if _exact(array, kind) else array for array in whole]
        require_same(case.rows(integers), wanted, np.dtype(kind).name)


def _exact(array: Rows, kind: Any) -> bool:
    return bool((array.astype(kind).astype(np.float64) == array).all())


def _fits(case: Case, arrays: list[Rows], at: int, candidate: Rows) -> bool:
    """Whether the loss accepts the arrays with this candidate at that place."""
    try:
        case.loss.check([*arrays[:at], candidate, *arrays[at + 1 :]], case.params)
    except LosscliError:
        return False
    return True


@law("no nan and no warning")
def no_nan_and_no_warning(case: Case) -> None:
    generator = case.generator
    with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"):
        warnings.simplefilter("error")
        for arrays in [
            case.draw(ROWS),
            *(adversarial(case.loss, case.params, 400, generator) for _ in range(4)),
        ]:
            try:
                whole = case.loss.is_set or case.loss.total is not None
                rows = case.rows(arrays) if whole else case.called(arrays)
                total = case.total(arrays)
                slope = rows if case.loss.slope is None else case.loss.gradient(*arrays, **case.params)
            except RuntimeWarning as warning:
                raise LawError(f"numpy warns: {warning}") from warning
            _no_nan("nan", arrays, rows)
            _no_nan("the gradient is nan", arrays, slope)
            require(total.status != "nan" or np.isinf(rows).any(), "the whole is nan")


def _no_nan(words: str, arrays: list[Rows], rows: Rows) -> None:
    bad = np.isnan(rows).reshape(len(rows), -1).any(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        raise LawError(f"{words} for {[array[row].tolist() for array in arrays]}")


@law("the per-row part is the loss it names")
def part_is_the_loss_it_names(case: Case) -> None:
    law_name = "the per-row part is the loss it names"
    if not case.loss.is_set and case.loss.total is None:
        require(case.loss.part is None, "a loss of rows names a per-row part")
        case.exempt(law_name, "the loss is one of rows")
        return
    require(case.loss.part, "a loss over the whole set does not name its per-row part")
    part = get(case.loss.part_for(case.params) or "")
    require(not part.is_set, f"{part.name} is no loss of rows")
    require([entry.shape for entry in part.inputs] == [entry.shape for entry in case.inputs], "other inputs")
    arrays = case.draw(ROWS, 2 if part.by_cells else 1)
    shared = {param.name: case.params[param.name] for param in part.params if param.name in case.params}
    require_same(case.rows(arrays), part(*arrays, **shared), f"the per-row part and {part.name}")
