"""What `compute` found: the record that JSON, tables and exit code are made from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from losscli import __version__
from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.report.concentration import Concentration, Located, sits_notes
from losscli.report.frameworks import Elsewhere
from losscli.report.intervals import interval_ends, interval_notes, with_intervals
from losscli.report.samples import Samples, SampleTable
from losscli.report.segments import Segment, SegmentTable, segment_figures, with_segments
from losscli.report.tables import GAP, Amount, Cell, Column, Finding, Kind, Note, Table, tab_separated

if TYPE_CHECKING:
    from losscli.report.worst import Worst
    from losscli.statistics.intervals import Interval

SCHEMA = "losscli/1"

Plain: TypeAlias = "dict[str, Any]"


class Figure(NamedTuple):
    """A number with what is known of it: `status` is ok, inf, -inf, nan or overflow."""

    value: float
    status: str = "ok"

    def plain(self) -> float | None:
        """The value as strict JSON can hold it."""
        return self.value if math.isfinite(self.value) else None


class InputUsed(NamedTuple):
    """One input as it was read: its role, its source, and every decision that was made about it.

    `parts` is the number of part files where the source is a folder or a glob, else 0.
    """

    role: str
    source: str
    rows: int
    columns: tuple[str, ...] = ()
    format: str = ""
    header: str = ""
    coding: str = ""
    parts: int = 0
    warnings: tuple[Finding, ...] = ()

    def plain(self) -> Plain:
        """The entry of the report's `inputs`."""
        found: Plain = {
            "role": self.role,
            "source": self.source,
            "rows": self.rows,
            "columns": list(self.columns),
        }
        extra = {"format": self.format, "header": self.header, "coding": self.coding}
        found |= {key: text for key, text in extra.items() if text}
        return found | ({"parts": self.parts} if self.parts > 1 else {})

    @property
    def said(self) -> str:
        """Its role and its source, for people."""
        return f"{self.role} {self.source}" + (f" ({self.parts:,} parts)" if self.parts > 1 else "")


class RowCounts(NamedTuple):
    """How many rows there were: read (of the first input), skipped for a missing cell, left over by the
    pairing, absent for a weight of 0, and scored."""

    read: int
    skipped: int
    unpaired: int
    absent: int
    scored: int

    def plain(self) -> Plain:
        """The report's `rows`."""
        found = {"read": self.read, "skipped": self.skipped, "unpaired": self.unpaired, "scored": self.scored}
        return found | ({"absent": self.absent} if self.absent else {})


class Baseline(NamedTuple):
    """The best constant prediction: what it is, its loss, and the skill 1 - loss / constant's loss.

    `words` says why there is none where `loss` is None. `value` is text where it is a class with a name.
    """

    words: str
    value: float | tuple[float, ...] | str | None = None
    loss: Figure | None = None
    skill: float | None = None

    def plain(self) -> Plain | None:
        """The result's `best_constant`."""
        if self.loss is None:
            return None
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"what": self.words, "value": value, "loss": self.loss.plain(), "skill": self.skill}


class Result(NamedTuple):
    """One loss (or one column of it) over all scored rows."""

    loss: str
    title: str
    spec: str
    params: Mapping[str, Any]
    direction: str
    unit: str
    reduction: str
    headline: Figure
    reductions: Mapping[str, Figure]
    signature: str
    baseline: Baseline
    column: str | None = None
    part: str | None = None
    warnings: tuple[Finding, ...] = ()
    convention: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    segments: tuple[Segment, ...] = ()
    concentration: Concentration | None = None
    interval: Interval | None = None
    infinite: Located | None = None
    clipped: Located | None = None

    @property
    def has_own_value(self) -> bool:
        """Whether the headline is a number beside the reductions."""
        if self.reduction in ("set", "none") or self.part is not None:
            return self.reduction != "none"
        return self.reductions.get(self.reduction) != self.headline

    @property
    def label(self) -> str:
        """The name of the result's column in records: the spec, with the column it is of, if any."""
        return self.spec if self.column is None else f"{self.spec}[{self.column}]"

    @property
    def reduction_word(self) -> str:
        """What heads the headline's column: the reduction, or `value` for a number of the whole set."""
        return "value" if self.reduction == "set" else self.reduction

    def headlines(self, asked: Sequence[str]) -> list[tuple[str, str, Figure]]:
        """Label, reduction and number of every headline that was asked for."""
        found = [(self.label, self.reduction, self.headline)]
        if self.reduction == "set":
            return found  # its reductions are of its rows' part, and nobody asked for these
        others = [name for name in asked if name != self.reduction and name in self.reductions]
        return found + [(self.label, name, self.reductions[name]) for name in others]

    def plain(self, per_sample: list[Plain] | None) -> Plain:
        """The entry of the report's `results`."""
        found: Plain = {
            "loss": self.loss,
            "title": self.title,
            "spec": self.spec,
            "params": dict(self.params),
            "direction": self.direction,
            "unit": self.unit,
        }
        if self.convention:
            found["as"] = self.convention
        if self.column is not None:
            found["column"] = self.column
        if self.reduction == "none":
            found |= {"reduction": "none", "value": None, "status": "ok"}
        else:
            found |= {
                "reduction": self.reduction,
                "value": self.headline.plain(),
                "status": self.headline.status,
            }
        found |= {} if self.interval is None else {"interval": self.interval.plain()}
        found["reductions"] = {name: figure.plain() for name, figure in self.reductions.items()}
        odd = {name: figure.status for name, figure in self.reductions.items() if figure.status != "ok"}
        if odd:
            found["reductions_status"] = odd
        if self.part is not None:
            found["reductions_of"] = self.part
        found["best_constant"] = self.baseline.plain()
        sits = {"concentration": self.concentration, "infinite": self.infinite, "clipped": self.clipped}
        found |= {name: entry.plain() for name, entry in sits.items() if entry is not None}
        if self.elsewhere:
            found["elsewhere"] = [entry.plain() for entry in self.elsewhere]
        found["signature"] = self.signature
        if self.segments:
            found["segments"] = [segment.plain() for segment in self.segments]
        if per_sample is not None:
            found["per_sample"] = per_sample
        found["warnings"] = [{"code": warning.code, "message": warning.message} for warning in self.warnings]
        return found


class ComputeReport(NamedTuple):
    """Everything `compute` found. `samples` holds the rows that are shown, not all rows; `state` what `merge`
    adds up, `worst` the rows that requirements look for, where they were asked for."""

    inputs: tuple[InputUsed, ...]
    rows: RowCounts
    results: tuple[Result, ...]
    samples: Samples
    pairing: str
    asked: tuple[str, ...] = ("mean",)
    warnings: tuple[Finding, ...] = ()
    state: Mapping[str, Any] | None = None
    by: str = ""
    worst: tuple[Worst, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "compute"

    def plain(self) -> Plain:
        """Strict data: what JSON prints; None for every number that is not finite."""
        lists = self.samples.per_sample(len(self.results)) if self.samples.everything else None
        found: Plain = {
            "schema": SCHEMA,
            "version": __version__,
            "inputs": [entry.plain() for entry in self.inputs],
            "rows": self.rows.plain(),
            "results": [
                result.plain(lists[position] if lists is not None else None)
                for position, result in enumerate(self.results)
            ],
            "warnings": [{"code": warning.code, "message": warning.message} for warning in self.warnings],
        }
        return found | ({"by": self.by} if self.by else {})

    def findings(self) -> list[Finding]:
        """Every warning, once."""
        found = [*self.warnings, *(warning for result in self.results for warning in result.warnings)]
        return list(dict.fromkeys(found))

    def values(self) -> list[tuple[str, str, Figure]]:
        """Loss, reduction and number of every headline that was asked for: what `plain` and `value` print."""
        return [entry for result in self.results for entry in result.headlines(self.asked)]

    def lines(self) -> list[str]:
        """`loss reduction value`, tab-separated, in the shortest digits that read back; per-sample values
        with none."""
        if self.asked == ("none",):
            return [tab_separated(row) for row in self.main_table().rows]
        values = [*self.values(), *((one.label, one.reduction, one.figure) for one in segment_figures(self))]
        ends = interval_ends(self)
        return [tab_separated((one[0], one[1], one[2].value, *ends(one[0], one[1]))) for one in values]

    def main_table(self) -> Table:
        """The per-sample records with `--reduction none`, else one row for each headline that was asked
        for."""
        if self.asked == ("none",):
            return self.samples.records(self._labels)
        columns = (
            Column("loss", "loss"),
            Column("reduction", "reduction"),
            Column("value", "value", Kind.VALUE),
            Column("status", "status"),
            Column("rows", "rows", Kind.COUNT),
            Column("signature", "signature"),
        )
        signatures = {result.label: result.signature for result in self.results}
        rows = [
            (label, name, figure.value, figure.status, self.rows.scored, signatures[label])
            for label, name, figure in self.values()
        ]
        table = Table("reduced", columns, rows)
        return with_intervals(with_segments(table, self) if self.by else table, self)

    def tables(self) -> list[Table]:
        """The per-sample table (when rows are shown), then the reduced table."""
        found = []
        if self.samples.rows:
            found.append(SampleTable(self.samples, self._labels, self._heading).table())
        if self.by:
            heading = () if found else self._heading
            found.append(SegmentTable(self.results, self.by).table()._replace(heading=heading))
        if self.asked != ("none",):
            return [*found, self.reduced_table()]
        return [table._replace(notes=self.run_notes(), signatures=self._signatures) for table in found]

    @property
    def _labels(self) -> tuple[str, ...]:
        specs = [result.spec for result in self.results]
        return tuple(sample_label(result.spec, result.part, result.column, specs) for result in self.results)

    @property
    def _heading(self) -> tuple[str, ...]:
        seen = {}
        for result in self.results:
            words = {"minimize": "lower is better", "maximize": "higher is better"}.get(result.direction, "")
            about = ", ".join(word for word in (result.unit, words) if word)
            seen[result.spec] = f"{result.spec}  {result.title}" + (f" ({about})" if about else "")
        return tuple(seen.values())

    def reduced_table(self) -> Table:
        """One row a result: the headline, then the reductions; below it baseline, inputs, warnings,
        signature."""
        names = list(dict.fromkeys(name for result in self.results for name in result.reductions))
        is_set = any(result.has_own_value for result in self.results)
        columns = [Column("loss", "loss")]
        columns += [Column("value", "value", Kind.VALUE)] if is_set else []
        columns += [
            Column(name, name, Kind.VALUE, drop=0 if name in self.asked else _drop_order(name))
            for name in names
        ]
        columns += [Column("rows", "rows", Kind.COUNT)]
        rows = []
        for result in self.results:
            cells: list[Cell] = [result.label]
            cells += [result.headline.value] if is_set else []
            cells += [result.reductions[name].value if name in result.reductions else None for name in names]
            rows.append((*cells, self.rows.scored))
        heading = () if self.samples.rows or self.by else self._heading
        return Table("reduced", tuple(columns), rows, heading, self._notes(), signatures=self._signatures)

    @property
    def _signatures(self) -> tuple[str, ...]:
        return tuple(result.signature for result in self.results)

    def _notes(self) -> tuple[Note, ...]:
        several = len(self.results) > 1
        lines: list[Note] = [_part_note(result) for result in self.results if result.part]
        baselines = [note for note in (_baseline_note(result, several) for result in self.results) if note]
        others = [
            e.note(result.label if several else "") for result in self.results for e in result.elsewhere
        ]
        used, *rest = self.run_notes()
        lines += [(*baselines[0], GAP, used)] if len(baselines) == 1 else [*baselines, used]
        sits = [note for result in self.results for note in sits_notes(result, several)]
        sure = [note for result in self.results for note in interval_notes(result, several)]
        return (*sure, *lines, *sits, *others, *rest)

    def run_notes(self) -> tuple[str, ...]:
        """What was paired how, what was left out, and every warning: true of all results together."""
        entries = [entry.said for entry in self.inputs]
        lines = [", ".join([*entries, self.pairing] if self.pairing else entries)]
        lines += [f"{entry.role} labels {entry.coding}" for entry in self.inputs if entry.coding]
        if self.rows.absent:  # the other rows that are left out have a warning each
            lines.append(f"{counted(self.rows.absent, 'row')} of weight 0 left out")
        lines += [f"warning[{finding.code}]: {finding.message}" for finding in self.findings()]
        return tuple(lines)


def _drop_order(name: str) -> int:
    return {"std": 3, "min": 2, "sum": 1}.get(name, 0)


def _part_note(result: Result) -> str:
    return f"{result.label}: value is the loss; mean, sum and the rest are of the rows' {result.part}"


def _baseline_note(result: Result, several: bool) -> tuple[str | Amount, ...]:
    baseline = result.baseline
    start = f"{result.label}: " if several else ""
    if baseline.loss is None:
        return (f"{start}best constant prediction: {baseline.words}",) if baseline.words else ()
    skill = () if baseline.skill is None else (", skill ", Amount(baseline.skill, Kind.SHARE))
    if isinstance(baseline.value, str):
        return (f"{start}always {baseline.value}: ", Amount(baseline.loss.value), *skill)
    if isinstance(baseline.value, float):
        return (
            f"{start}always ",
            Amount(baseline.value, Kind.INPUT),
            ": ",
            Amount(baseline.loss.value),
            *skill,
        )
    return (f"{start}{baseline.words}: ", Amount(baseline.loss.value), *skill)


def sample_label(spec: str, part: str | None, column: str | None, specs: Sequence[str]) -> str:
    """What per-sample values are called: the spec; for a set loss the loss of its per-row part, with the set
    loss's own name where that loss is computed too."""
    name = spec if part is None else f"{part}({spec})" if part in specs else part
    return name if column is None else f"{name}[{column}]"
