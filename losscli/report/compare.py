"""What `compare` found: the predictions ranked, each against the reference, which cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from losscli import __version__
from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.report.compute import SCHEMA, Figure, InputUsed, Plain, Result, RowCounts
from losscli.report.tables import (
    GAP,
    Amount,
    Between,
    Cell,
    Column,
    Finding,
    Gap,
    Kind,
    Note,
    Strong,
    Table,
    tab_separated,
)
from losscli.statistics.intervals import Interval

POWER: Final = 0.8
"""The chance with which the detectable difference is shown."""


_TITLE: Final = 12
"""Letters of a name that fit into the title of a column."""


class Difference(NamedTuple):
    """A prediction minus the reference: the difference of their numbers, its paired interval, the shares of
    the rows on which the prediction is better, worse and equal (None where rows have no numbers), the p-value
    of the paired test and the adjusted one (None without a test), and the smallest true difference that so
    many rows would show."""

    value: Figure
    interval: Interval
    better: float | None = None
    worse: float | None = None
    equal: float | None = None
    p: float | None = None
    adjusted: float | None = None
    detectable: float | None = None


class Standing(NamedTuple):
    """A prediction among the others. `rank` is 1 for the best, None for what is no number; `group` holds the
    letters that it shares with those it cannot be told apart from, None where not all pairs can be tested;
    the reference has no `difference`."""

    name: str
    value: Figure
    rank: int | None
    group: str | None
    difference: Difference | None


class Pair(NamedTuple):
    """The test of two predictions against each other; None where it cannot be had."""

    first: str
    second: str
    p: float | None
    adjusted: float | None


class Comparison(NamedTuple):
    """One loss (or one column of it): every prediction, in the order in which they were given.

    `result` is the reference's; `tests` are the methods of the tests, or why there is none.
    """

    result: Result
    reference: str
    rows: int
    level: float
    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]
    tests: tuple[str, ...]

    @property
    def ranked(self) -> list[Standing]:
        """The best first; what is no number last."""
        last = len(self.standings) + 1
        return sorted(self.standings, key=lambda one: last if one.rank is None else one.rank)

    @property
    def differences(self) -> list[Difference]:
        """Those of all but the reference."""
        return [one.difference for one in self.standings if one.difference is not None]

    @property
    def intervals(self) -> list[str]:
        """The methods of the intervals, each once."""
        return list(dict.fromkeys(one.interval.method for one in self.differences))

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that would be shown between the reference and any prediction."""
        known = [one.detectable for one in self.differences if one.detectable is not None]
        return max(known) if known else None

    def plain(self) -> Plain:
        """The entry of the report's `results`."""
        whole = self.result.plain(None)
        kept = ("loss", "title", "spec", "params", "direction", "unit", "as", "column", "reduction")
        return {
            **{key: whole[key] for key in kept if key in whole},
            "rows": self.rows,
            "reference": self.reference,
            "models": [self._entry(one) for one in self.standings],
            "pairs": [
                {"first": one.first, "second": one.second, "p": one.p, "p_holm": one.adjusted}
                for one in self.pairs
            ],
            "tests": list(self.tests),
            "detectable": self.detectable,
            "signature": self.result.signature,
        }

    def _entry(self, one: Standing) -> Plain:
        found: Plain = {
            "name": one.name,
            "rank": one.rank,
            "group": one.group,
            "value": one.value.plain(),
            "status": one.value.status,
        }
        if one.difference is None:
            return found
        other = one.difference
        return found | {
            "difference": other.value.plain(),
            "difference_status": other.value.status,
            "interval": other.interval.plain(),
            "better": other.better,
            "worse": other.worse,
            "equal": other.equal,
            "p": other.p,
            "p_holm": other.adjusted,
            "detectable": other.detectable,
        }

    def records(self) -> Iterator[tuple[Cell, ...]]:
        """A record for each prediction, the best first."""
        for one in self.ranked:
            start = (self.result.label, one.name, one.rank, one.group, one.value.value, one.value.status)
            other = one.difference
            middle: tuple[Cell, ...] = (None,) * 11
            if other is not None:
                interval = other.interval
                ends = interval.plain()
                middle = (
                    other.value.value,
                    ends["low"],
                    ends["high"],
                    interval.level,
                    other.better,
                    other.worse,
                    other.equal,
                    other.p,
                    other.adjusted,
                    other.detectable,
                    interval.method,
                )
            yield (*start, self.reference, *middle, self.rows, self.result.signature)

    def table(self, pairing: str) -> Table:
        """The best first, for people."""
        columns = (
            Column("group", ""),
            Column("model", "model"),
            Column("value", self.result.label, Kind.VALUE),
            Column("difference", "difference" if self._is_long else f"minus {self.reference}", Kind.CHANGE),
            Column("interval", f"{100 * self.level:g} % interval", Kind.CHANGE),
            Column("better", "better on", Kind.SHARE, drop=1),
            Column("p_holm", "p (Holm)", Kind.VALUE),
        )
        rows = [self._row(one) for one in self.ranked]
        notes = self._notes(pairing)
        words = {"minimize": "lower is better", "maximize": "higher is better"}[self.result.direction]
        about = ", ".join(word for word in (self.result.unit, words) if word)
        heading = f"{self.result.spec}  {self.result.title} ({about})"
        return Table(
            "comparison",
            columns,
            rows,
            (heading,),
            notes,
            signatures=(self.result.signature,),
            caption=(f"{self.result.title} ({about}).", *(_sentence(note) for note in notes)),
        )

    @property
    def _is_long(self) -> bool:
        """Whether the reference's name would widen its column."""
        return len(self.reference) > _TITLE

    def _row(self, one: Standing) -> tuple[Cell, ...]:
        value = Strong(one.value.value) if one.rank == 1 else one.value.value
        other = one.difference
        if other is None:
            return (one.group, one.name, value, None, None, None, None)
        interval = other.interval
        ends = Between(interval.low, interval.high) if interval.known else "none"
        return (one.group, one.name, value, other.value.value, ends, other.better, other.adjusted)

    def _notes(self, pairing: str) -> tuple[Note, ...]:
        told = f"{counted(self.rows, 'row')} {pairing}".rstrip()
        lettered = all(one.group is not None for one in self.standings)
        letter = (GAP, "models that share a letter cannot be told apart") if lettered else ()
        lines: list[Note] = [(told, *letter)]
        lines += [f"difference: minus {self.reference}"] if self._is_long else []
        lines += [one if one.startswith("no interval") else f"intervals: {one}" for one in self.intervals]
        known = len([pair for pair in self.pairs if pair.p is not None])
        holm = f", Holm over {counted(known, 'pair')}" if known > 1 else ""
        lines += [f"p: {method}{holm}" for method in self.tests]
        if self.detectable is not None:
            start = f"n = {self.rows:,} could show a difference of "
            lines.append((start, Amount(self.detectable), f" ({100 * POWER:g} % power)"))
        return tuple(lines)


def _sentence(note: Note) -> Note:
    """A note as a sentence of a caption."""
    if isinstance(note, str):
        return f"{note[:1].upper()}{note[1:]}."
    parts: list[str | Amount | Gap] = [". " if part is GAP else part for part in note]
    return (*parts, ".")


class CompareReport(NamedTuple):
    """Everything `compare` found. `names` are those of the predictions, in order, with their sources."""

    inputs: tuple[InputUsed, ...]
    rows: RowCounts
    models: tuple[tuple[str, str], ...]
    comparisons: tuple[Comparison, ...]
    level: float
    pairing: str
    warnings: tuple[Finding, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "compare"

    @property
    def results(self) -> Sequence[Comparison]:
        """A comparison for each loss."""
        return self.comparisons

    def plain(self) -> dict[str, Any]:
        """Strict data: what JSON prints; None for every number that is not finite."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "inputs": [entry.plain() for entry in self.inputs],
            "rows": self.rows.plain(),
            "models": [{"name": name, "source": source} for name, source in self.models],
            "confidence": self.level,
            "results": [one.plain() for one in self.comparisons],
            "warnings": [{"code": one.code, "message": one.message} for one in self.warnings],
        }

    def findings(self) -> list[Finding]:
        """Every warning, once."""
        return list(self.warnings)

    def main_table(self) -> Table:
        """One record for each prediction and loss."""
        columns = (
            Column("loss", "loss"),
            Column("model", "model"),
            Column("rank", "rank", Kind.COUNT),
            Column("group", "group"),
            Column("value", "value", Kind.VALUE),
            Column("status", "status"),
            Column("reference", "reference"),
            Column("difference", "difference", Kind.CHANGE),
            Column("low", "low", Kind.CHANGE),
            Column("high", "high", Kind.CHANGE),
            Column("level", "level", Kind.INPUT),
            Column("better", "better", Kind.SHARE),
            Column("worse", "worse", Kind.SHARE),
            Column("equal", "equal", Kind.SHARE),
            Column("p", "p", Kind.VALUE),
            Column("p_holm", "p (Holm)", Kind.VALUE),
            Column("detectable", "detectable", Kind.VALUE),
            Column("method", "method"),
            Column("rows", "rows", Kind.COUNT),
            Column("signature", "signature"),
        )
        return Table("comparison", columns, [row for one in self.comparisons for row in one.records()])

    def lines(self) -> list[str]:
        """`loss model value difference low high p group`, tab-separated, the best first; p is Holm's."""
        table = self.main_table()
        keys = [column.key for column in table.columns]
        places = [
            keys.index(key)
            for key in ("loss", "model", "value", "difference", "low", "high", "p_holm", "group")
        ]
        return [tab_separated([row[place] for place in places]) for row in table.rows]

    def tables(self) -> list[Table]:
        """A table for each loss; below the last what was read, and every warning."""
        found = [one.table(self.pairing) for one in self.comparisons]
        notes = [", ".join(entry.said for entry in self.inputs)]
        if self.rows.absent:
            notes.append(f"{counted(self.rows.absent, 'row')} of weight 0 left out")
        notes += [f"warning[{one.code}]: {one.message}" for one in self.warnings]
        found[-1] = found[-1]._replace(notes=(*found[-1].notes, *notes))
        return found
