"""What `explain` says: topics as headed paragraphs and tables, and the arithmetic of a sample step by
step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from losscli import __version__
from losscli.report.compute import SCHEMA
from losscli.report.tables import Column, Finding, Kind, Table


@dataclass(frozen=True, slots=True)
class Explanation:
    """One topic: `kind` is loss, code, topic or index; `facts` is what JSON holds; `lines` is what people
    read."""

    topic: str
    kind: str
    title: str
    lines: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The entry of JSON."""
        return {
            "topic": self.topic,
            "kind": self.kind,
            "title": self.title,
            **self.facts,
            "text": list(self.lines),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One arithmetic step: the expression and its value, as text that reads back as the same double.

    `number` is the value as a double where it is one number that a double can hold.
    """

    expression: str
    value: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class SampleTrace:
    """One sample: its inputs, every step, the loss's own number, and how far that is from the exact value.

    `exact` is the nearest double to the exact value of the formula, None where no arithmetic here holds its
    steps; `ulp` is the distance of `value` from the exact value in units of the last place, None where one
    of the two is not finite. `slopes` is the derivative by each cell of the last input, `by` its symbol,
    and `slope_formula` what it is computed from, empty where the loss does not say."""

    label: str
    inputs: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    value: float
    exact: float | None
    ulp: float | None
    by: str = ""
    slopes: tuple[float, ...] = ()
    slope_formula: str = ""

    def plain(self) -> dict[str, Any]:
        """The entry of JSON."""
        found: dict[str, Any] = {"sample": self.label, "inputs": dict(self.inputs)}
        found["steps"] = [{"expression": step.expression, "value": step.value} for step in self.steps]
        found |= number("value", self.value)
        found |= {"exact": None} if self.exact is None else number("exact", self.exact)
        found["ulp"] = self.ulp
        if self.slopes:
            found["gradient_formula"] = self.slope_formula or None
            found["gradient"] = [slope if math.isfinite(slope) else None for slope in self.slopes]
        return found

    def remarks(self) -> list[str]:
        """What stands below the steps: the gradient, and how exact the number is where it is not exact."""
        slopes = ", ".join(map(repr, self.slopes))
        formula = f"({self.slope_formula})" if " if " in self.slope_formula else self.slope_formula
        said = [f"gradient by {self.by}", formula, slopes if len(self.slopes) == 1 else f"[{slopes}]"]
        gradient = " = ".join(part for part in said if part)
        return [line for line in (gradient if self.slopes else "", self.verdict()) if line]

    def verdict(self) -> str:
        """How the number that the loss computes compares with the exact value; empty where they agree."""
        if self.exact is None:
            return "a step is too large for decimal arithmetic; the loss takes a form without that step"
        if self.exact == self.value:
            return ""
        distance = "" if self.ulp is None else f"; the loss's number is {self.ulp:.2g} ulp from it"
        return f"the exact value rounds to {self.exact!r}{distance}"


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """The traced samples of one loss and what they give together.

    `each` names the number of one sample, which for a loss of the whole set is that of its per-row part;
    `whole` names what `together` is (the mean, or the loss of the list); None with a single sample.
    """

    spec: str
    title: str
    formula: str
    each: str
    samples: tuple[SampleTrace, ...]
    whole: str | None = None
    together: float | None = None

    def plain(self) -> dict[str, Any]:
        """The entry of JSON."""
        found: dict[str, Any] = {"loss": self.spec, "title": self.title, "formula": self.formula}
        found["samples"] = [sample.plain() for sample in self.samples]
        if self.whole is not None and self.together is not None:
            found |= {"reduction": self.whole} | number("value", self.together)
        return found

    def _heading(self) -> tuple[str, ...]:
        """The loss and its formula; of a loss of the whole set it is that of each row."""
        word = "formula" if self.each == self.spec else "formula of each row"
        return (f"{self.spec}  {self.title}", f"{word}  {self.formula}")

    def table(self) -> Table:
        """The steps of one sample, or a line for each of several."""
        heading = self._heading()
        if len(self.samples) == 1:
            sample = self.samples[0]
            inputs = "   ".join(f"{symbol} = {text}" for symbol, text in sample.inputs)
            title = (f"{sample.label}: {inputs}" if sample.label else inputs,)
            names = (("step", Kind.WHOLE), ("expression", Kind.TEXT), ("value", Kind.TEXT))
            columns = tuple(Column(name, name, kind) for name, kind in names)
            rows = [(place, step.expression, step.value) for place, step in enumerate(sample.steps, 1)]
            notes = (*sample.remarks(), *self._together())
            return Table("trace", columns, rows, heading=heading + title, notes=notes)
        symbols = [symbol for symbol, _ in self.samples[0].inputs]
        columns = (
            Column("sample", ""),
            *(Column(name, name) for name in symbols),
            Column("value", self.each),
        )
        lines = [(one.label, *(text for _, text in one.inputs), repr(one.value)) for one in self.samples]
        return Table("trace", columns, lines, heading=heading, notes=self._together())

    def _together(self) -> tuple[str, ...]:
        return () if self.whole is None else (f"{self.whole} = {self.together!r}",)

    def lines(self) -> list[str]:
        """Plain text: `expression = value`, a line each."""
        found = list(self._heading())
        for sample in self.samples:
            inputs = "  ".join(f"{symbol} = {text}" for symbol, text in sample.inputs)
            start = f"{sample.label}: " if sample.label else ""
            if len(self.samples) > 1:
                found.append(f"{start}{inputs}  {self.each} = {sample.value!r}")
                continue
            found += [
                "",
                f"{start}{inputs}",
                *(f"  {step.expression} = {step.value}" for step in sample.steps),
            ]
            found += sample.remarks()
        return [*found, *self._together()]


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """Topics and traces, in the order in which they were asked for."""

    topics: tuple[Explanation, ...] = ()
    traces: tuple[TraceRecord, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "explain"

    def plain(self) -> dict[str, Any]:
        """Strict data for JSON."""
        found: dict[str, Any] = {"schema": SCHEMA, "version": __version__, "command": self.command}
        if self.topics:
            found["topics"] = [entry.plain() for entry in self.topics]
        if self.traces:
            found["traces"] = [entry.plain() for entry in self.traces]
        return found

    def findings(self) -> list[Finding]:
        """No explanation warns."""
        return []

    def lines(self) -> list[str]:
        """Plain text; an empty line between topics."""
        blocks = [list(entry.lines) for entry in self.topics] + [entry.lines() for entry in self.traces]
        return [line for block in blocks for line in ("", *block)][1:]

    def tables(self) -> list[Table]:
        """A table without columns for a topic's text, the steps of a trace."""
        return [Table("text", (), [], heading=entry.lines) for entry in self.topics] + [
            entry.table() for entry in self.traces
        ]

    def main_table(self) -> Table:
        """For traces one record a step, for topics one record a line of text."""
        if self.traces:
            names = ("loss", "sample", "step", "expression", "value")
            kinds = (Kind.TEXT, Kind.TEXT, Kind.WHOLE, Kind.TEXT, Kind.TEXT)
            rows = [
                (trace.spec, sample.label, place, step.expression, step.value)
                for trace in self.traces
                for sample in trace.samples
                for place, step in enumerate(sample.steps, 1)
            ]
            return Table("trace", tuple(Column(n, n, k) for n, k in zip(names, kinds, strict=True)), rows)
        columns = (Column("topic", "topic"), Column("line", "line", Kind.WHOLE), Column("text", "text"))
        lines = [(e.topic, place, line) for e in self.topics for place, line in enumerate(e.lines, 1)]
        return Table("text", columns, lines)


def number(name: str, value: float) -> dict[str, Any]:
    """A number as strict JSON holds it: null with its status where it is not finite."""
    if math.isfinite(value):
        return {name: value}
    return {name: None, f"{name}_status": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
