"""Laws about what a loss refuses, with which error, and whether the error names the row."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Rows
from losscli.domains import Interval, first_fault
from losscli.errors import DomainError, LosscliError, ParamError, RowsError, ShapeError
from losscli.params import Param
from losscli.registry import Shape, parse_losses
from tests.laws.cases import WIDTH, Case, LawError, law, require

ROWS = 29


def refused(case: Case, arrays: Sequence[Any], kind: type[LosscliError], words: str) -> LosscliError:
    """The error with which a loss refuses arrays, on a call and on its gradient."""
    found = _error(lambda: case.called(arrays), words)
    require(type(found) is kind, f"{words}: {type(found).__name__} instead of {kind.__name__}: {found}")
    if case.loss.slope is not None:
        again = _error(lambda: case.loss.gradient(*arrays, **case.params), f"{words} (gradient)")
        require(type(again) is kind, f"{words} (gradient): {type(again).__name__}: {again}")
    return found


def _error(call: Callable[[], Any], words: str) -> LosscliError:
    try:
        result = call()
    except LosscliError as error:
        return error
    except Exception as error:
        raise LawError(f"{words}: {type(error).__name__} instead of an error of ours: {error}") from error
    raise LawError(f"{words}: accepted, gave {result}")


@law("shapes that differ are refused")
def other_shapes_are_refused(case: Case) -> None:
    arrays = case.draw(ROWS)
    for at, entry in enumerate(case.inputs):
        others = (arrays[:at], arrays[at + 1 :])
        if entry.shape is Shape.CELLS and len(arrays) > 1:
            for wrong in (arrays[at][:, None], np.tile(arrays[at][:, None], (1, 3))):
                refused(
                    case,
                    [*others[0], wrong, *others[1]],
                    ShapeError,
                    f"{entry.role} {wrong.shape}, others (n,)",
                )
        if entry.shape is Shape.VECTOR:
            refused(
                case, [*others[0], arrays[at][:, 0], *others[1]], ShapeError, f"{entry.role} without columns"
            )
        if entry.shape in (Shape.CLASS, Shape.NUMBER) and len(entry.forms) == 1:
            refused(case, [*others[0], arrays[at][:, None], *others[1]], ShapeError, f"{entry.role} (n, 1)")
        if len(arrays) > 1 and entry.paired:
            refused(
                case, [*others[0], arrays[at][:-1], *others[1]], ShapeError, f"{entry.role} a row shorter"
            )
            refused(case, [*others[0], arrays[at][:1], *others[1]], ShapeError, f"{entry.role} of one row")
        deep = np.zeros((ROWS, 2, 2, 2))
        refused(case, [*others[0], deep, *others[1]], ShapeError, f"{entry.role} of four axes")
        refused(case, [*others[0], 0.5, *others[1]], ShapeError, f"{entry.role} a single number")
        refused(case, [*others[0], np.array(["a"] * ROWS), *others[1]], ShapeError, f"{entry.role} of text")
    _vector_widths_are_refused(case, arrays)
    refused(case, arrays[:-1], ShapeError, "an input too few")
    more = [arrays[-1]] * (1 + len(case.loss.inputs_for(case.params)) - len(arrays))
    refused(case, [*arrays, *more], ShapeError, "an input too many")


def _vector_widths_are_refused(case: Case, arrays: list[Rows]) -> None:
    alike = [entry.forms for entry in case.inputs if entry.shape is Shape.VECTOR]
    if len(alike) > 1 and len(set(alike)) == 1 and case.inputs[0].shape is Shape.VECTOR:
        narrow = [a[:, :-1] if a.ndim == 2 and at == 0 else a for at, a in enumerate(arrays)]
        refused(case, narrow, ShapeError, "vectors of different length")


@law("no rows are refused")
def no_rows_are_refused(case: Case) -> None:
    for columns in (1, 2):
        refused(case, [array[:0] for array in case.draw(3, columns)], RowsError, "no rows")


@law("values outside are refused")
def values_outside_are_refused(case: Case) -> None:
    generator = case.generator
    tried = 0
    for columns in (1, 2):
        arrays = case.draw(ROWS, columns)
        wide = [array.shape[-1] for array in arrays if array.ndim > 1]
        width = max(wide) if wide else WIDTH
        for at, entry in enumerate(case.inputs):
            domain = entry.domain_for(case.params)
            for wrong in domain.wrong(generator, arrays[at].shape, width):
                block = wrong[generator.permutation(len(wrong))]
                kind, row = _first_wrong_row(domain, block, width)
                words = f"{entry.role} {domain}, wrong in row {row}"
                error = refused(case, [*arrays[:at], block, *arrays[at + 1 :]], kind, words)
                _names_the_row(error, row, entry.role, words)
                tried += 1
            for value in (math.nan, math.inf, -math.inf):
                row = int(generator.integers(1, len(arrays[at]) + 1))
                block = arrays[at].copy()
                block[row - 1] = value
                words = f"{entry.role} with {value} in row {row}"
                error = refused(case, [*arrays[:at], block, *arrays[at + 1 :]], DomainError, words)
                _names_the_row(error, row, entry.role, words)
    if not tried:
        case.exempt("values outside are refused", "every finite number is good (nan and infinity are tried)")


def _first_wrong_row(domain: Any, block: Rows, width: int) -> tuple[type[LosscliError], int]:
    """The error, and the number of the first row at which the rows so far are wrong."""
    for stop in range(1, len(block) + 1):
        fault = first_fault(domain.faults(block[:stop], width))
        if fault is not None:
            return fault.error, stop
    raise LawError(f"{domain}: a wrong block has no fault: {block}")


def _names_the_row(error: LosscliError, row: int, role: str, words: str) -> None:
    named = [int(number) for number in re.findall(r"row (\d+)", error.message)]
    require(named == [row], f"{words}: the message names the rows {named}: {error.message}")
    require(role in error.message, f"{words}: the message does not say {role}: {error.message}")


@law("parameters outside are refused")
def parameters_outside_are_refused(case: Case) -> None:
    arrays = case.draw(5)
    for param in case.loss.params:
        for value in wrong_values(param):
            words = f"{param.name}={value!r}"
            error = _error(lambda value=value, param=param: case.loss(*arrays, **{param.name: value}), words)
            require(type(error) is ParamError, f"{words}: {type(error).__name__}")
            require(
                param.name in error.message,
                f"{words}: the message does not name the parameter: {error.message}",
            )
        for text in ("", "abc", "1e999", "nan", "0x1", "1_0", "\uff11"):
            words = f"{case.loss.name}:{param.name}={text}"
            require(type(_error(lambda words=words: parse_losses(words), words)) is ParamError, words)
    words = "a parameter of another name"
    error = _error(lambda: case.loss(*arrays, no_such_parameter=1.0), words)
    require(type(error) is ParamError, f"{words}: {type(error).__name__}")
    if not case.loss.params:
        case.exempt("parameters outside are refused", "the loss has no parameters (another name is tried)")


def wrong_values(param: Param) -> list[Any]:
    """Values that a parameter must not take."""
    found: list[Any] = [math.nan, math.inf, -math.inf, True, "no such word"]
    if isinstance(param.interval, Interval):
        generator = np.random.default_rng(0)
        found += [float(block[0]) for block in param.interval.wrong(generator, (1,), 1)]
    if param.default is not None:
        found.append(None)
    return found
