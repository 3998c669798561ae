"""`explain`: losses, error codes and topics as text, and the arithmetic of samples."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from losscli import losses as _losses  # noqa: F401  registers every family
from losscli.analysis.describing import (
    describe_code,
    describe_index,
    describe_loss,
    describe_topic,
)
from losscli.analysis.examples import COMMON, example_call
from losscli.analysis.topics import TOPICS
from losscli.analysis.trace import trace
from losscli.arrays import Floats
from losscli.errors import LosscliError, UnknownLoss, UsageError, by_code
from losscli.registry import BoundLoss, Input, all_losses, nearest, parse_losses
from losscli.registry.lookup import is_advised, normalise
from losscli.report.explaining import ExplainReport, Explanation
from losscli.report.warnings import WARNINGS
from losscli.sources.cells import is_number


def explain(
    *topics: str,
    target: str | float | Sequence[float] | None = None,
    prediction: str | float | Sequence[float] | None = None,
    inputs: Mapping[str, str | float | Sequence[float]] | None = None,
    cells: Sequence[Floats] | None = None,
    place: str = "",
) -> ExplainReport:
    """Explain topics, or with values trace the arithmetic of a loss: `explain("bce", target="1",
    prediction="0.8")`.

    `target` and `prediction`, and `inputs` by role for losses that take others, hold numbers, as a list or as
    text with commas (semicolons between vectors). `cells` holds one array per
    input of the loss instead, and `place` says where they come from. Raises UsageError with the nearest
    topics, DomainError."""
    if target is None and prediction is None and cells is None and not inputs:
        return ExplainReport(topics=tuple(explanation(topic) for topic in topics) or (describe_index(),))
    if len(topics) != 1:
        raise UsageError(
            "values are traced through one loss",
            hint="for example: losscli explain bce --target 1 --prediction 0.8",
        )
    given = {"target": target, "prediction": prediction, **(inputs or {})}
    return ExplainReport(
        traces=tuple(
            trace(bound, cells if cells is not None else _arrays(bound, given), place)
            for bound in parse_losses(topics[0])
        )
    )


def explanation(topic: str) -> Explanation:
    """What is known of one topic: an error or warning code, a topic's word, a loss. Raises UsageError."""
    word = topic.strip()
    code = word.upper()
    if code in by_code() or code in WARNINGS:
        return describe_code(code)
    name = normalise(word).replace("_", "-")
    for entry in TOPICS:
        if name in (entry.name, *entry.aliases):
            return _with_loss(describe_topic(entry), name)
    try:
        (bound,) = parse_losses(word)
    except UnknownLoss as unknown:
        raise _unknown(word, unknown) from None
    except ValueError:
        raise UsageError(
            f"{word!r} names several losses", hint="put a blank between them in place of the comma"
        ) from None
    return describe_loss(bound)


def _with_loss(topic: Explanation, name: str) -> Explanation:
    """The topic; below it the loss that has the same name, such as entropy."""
    if name not in (loss.name for loss in all_losses()):
        return topic
    (bound,) = parse_losses(name)
    loss = describe_loss(bound)
    return replace(topic, lines=(*topic.lines, "", *loss.lines), facts={**loss.facts, **topic.facts})


def _unknown(word: str, unknown: UnknownLoss) -> LosscliError:
    if is_advised(word):
        return unknown
    if "." in word or "/" in word:
        hint = "to trace a row of files: losscli explain LOSS y.csv p.csv --row 17"
        return UsageError(f"{word!r} is no topic", hint=hint)
    known = [*(name for entry in TOPICS for name in (entry.name, *entry.aliases)), *by_code(), *WARNINGS]
    words = [name for name in known if name.islower()]
    near = _codes_like(word) or [*nearest(word), *difflib.get_close_matches(word.lower(), words, n=3)][:5]
    start = f"did you mean {', '.join(near)}? " if near else ""
    return UsageError(f"there is no topic {word!r}", hint=f"{start}losscli explain lists them")


def _codes_like(word: str) -> list[str]:
    code = word.upper()
    if len(code) < 2 or code[0] not in "EW" or not code[1:].isdigit():
        return []
    return difflib.get_close_matches(code, [*by_code(), *WARNINGS], n=5, cutoff=0.5)


Given: TypeAlias = "str | float | Sequence[float] | None"


def _arrays(bound: BoundLoss, given: Mapping[str, Given]) -> list[Floats]:
    """One array per input from the values that were typed."""
    needed = [entry for entry in bound.inputs if entry.default is None]
    missing = [entry for entry in needed if given.get(entry.role) is None]
    if missing:
        roles = " and ".join(
            f"--{entry.role}" if entry.role in COMMON else f"--input {entry.role}=V" for entry in missing
        )
        raise UsageError(f"{bound.spec} needs {roles}", hint=f"for example: {example_call(bound)}")
    known = {entry.role for entry in bound.inputs}
    surplus = [role for role, value in given.items() if value is not None and role not in known]
    if surplus:
        raise UsageError(f"{bound.spec} has no {surplus[0]}", hint=f"for example: {example_call(bound)}")
    present = [entry for entry in bound.inputs if given.get(entry.role) is not None]
    if present != list(bound.inputs[: len(present)]):
        raise UsageError(f"{bound.spec} takes its inputs in order: {', '.join(e.role for e in bound.inputs)}")
    return [_numbers(given[entry.role], entry) for entry in present]


def _numbers(given: Given, entry: Input) -> Floats:
    if not isinstance(given, str):
        found = np.array(given, dtype=np.float64)
        return found if found.ndim else found.reshape(1)
    rows = [[_number(word.strip(), given, entry) for word in row.split(",")] for row in given.split(";")]
    if len({len(row) for row in rows}) > 1:
        raise UsageError(f"--{entry.role} {given}: the rows differ in length")
    return np.array(rows[0] if len(rows) == 1 else rows)


def _number(word: str, given: str, entry: Input) -> float:
    if is_number(word):
        return float(word)
    option = f"--{entry.role} 1,0,1" if entry.role in COMMON else f"--input {entry.role}=1,0,1"
    raise UsageError(
        f"--{entry.role} {given}: {word!r} is no number",
        hint=f"--{entry.role} takes {entry.words}: numbers with commas, for example {option}",
    )
