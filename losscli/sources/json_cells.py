"""JSON values to columns: numbers as float64, strings as text; true and false are 1 and 0, null is a missing
cell."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from losscli.arrays import Floats
from losscli.sources.bad_cells import INEXACT, NONFINITE, STRING
from losscli.sources.cells import EXACT_LIMIT, is_missing
from losscli.sources.records import Column, Kind, Values

_NUMBERS = frozenset({int, float, bool})


def as_text(value: Any) -> str:
    """The text of a value as keys and labels compare it: whole numbers as decimal text, booleans as 1 and
    0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    return "null" if value is None else (str(value) if isinstance(value, int) else json.dumps(value))


def kind_of(values: Sequence[Any]) -> Kind:
    """What a column looks like: text where its first present value is a string."""
    first = next((value for value in values if value is not None), None)
    return "text" if isinstance(first, str) and not is_missing(first) else "number"


def convert(values: Sequence[Any], asked: Column, skip_missing: bool) -> tuple[Values, dict[int, str]]:
    """A column, and the reason for each bad cell by its index in `values`."""
    if asked.kind == "value":
        return _computed(values)
    if asked.kind == "number":
        return _numbers(values, skip_missing)
    texts, bad = _texts(values, skip_missing and asked.kind == "text")
    return texts, {} if asked.kind == "note" else bad


def _numbers(values: Sequence[Any], skip_missing: bool) -> tuple[Floats, dict[int, str]]:
    if _NUMBERS.issuperset(map(type, values)):
        try:
            numbers: Floats = np.array(values, dtype=np.float64)
        except OverflowError:
            return _careful(values, skip_missing)
        if len(numbers) == 0 or (numbers.min() > -EXACT_LIMIT and numbers.max() < EXACT_LIMIT):
            return numbers, {}
    return _careful(values, skip_missing)


def _computed(values: Sequence[Any]) -> tuple[Floats, dict[int, str]]:
    """Values that losscli wrote: null stands for one that is not finite."""
    gone = [index for index, value in enumerate(values) if value is None]
    if not gone:
        return _numbers(values, False)
    numbers, bad = _numbers([0.0 if value is None else value for value in values], False)
    numbers[gone] = math.nan
    return numbers, bad


def _careful(values: Sequence[Any], skip_missing: bool) -> tuple[Floats, dict[int, str]]:
    numbers: Floats = np.full(len(values), np.nan)
    bad: dict[int, str] = {}
    for index, value in enumerate(values):
        if skip_missing and (value is None or (isinstance(value, str) and is_missing(value))):
            continue
        reason = _reason(value)
        if reason is None:
            numbers[index] = value
        else:
            bad[index] = reason
    return numbers, bad


def _reason(value: Any) -> str | None:
    """Why a value is no number for us; None if it is one."""
    if value is None:
        return "missing cell"
    if isinstance(value, str):
        return STRING
    if not isinstance(value, (int, float)):
        return "not a number"
    if isinstance(value, float):
        return None if math.isfinite(value) else NONFINITE
    try:
        exact = int(float(value)) == value
    except OverflowError:
        exact = False
    return None if exact else INEXACT


def _texts(values: Sequence[Any], skip_missing: bool) -> tuple[Values, dict[int, str]]:
    texts: list[str | None] = []
    bad: dict[int, str] = {}
    for index, value in enumerate(values):
        text = as_text(value)
        if value is None or text == "" or (skip_missing and is_missing(text)):
            texts.append(None if skip_missing else "")
            if not skip_missing:
                bad[index] = "missing cell" if value is None else "empty cell"
        elif isinstance(value, (list, dict)):
            texts.append("")
            bad[index] = "neither text nor a number"
        else:
            texts.append(text)
    try:
        return pa.array(texts, type=pa.string()), bad
    except UnicodeEncodeError:
        for index, shown in enumerate(texts):
            if (
                shown is not None
                and not shown.isascii()
                and any("\ud800" <= sign <= "\udfff" for sign in shown)
            ):
                bad[index] = "half of a surrogate pair"
        return pa.array(
            ["" if index in bad else text for index, text in enumerate(texts)], type=pa.string()
        ), bad


def shown(value: Any) -> str:
    """A value as it stands in JSON, for messages."""
    if isinstance(value, float) and not math.isfinite(value):
        return "a number beyond 1.8e308"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
