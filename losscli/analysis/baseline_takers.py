"""The paired rows of a run and an earlier one, taken in, and the verdicts on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from losscli.analysis.baseline import AgainstEarlier
from losscli.analysis.baseline_changes import Means, Rows, Spread
from losscli.analysis.baseline_limits import ChangeLimit
from losscli.analysis.baseline_pairing import PairedValues
from losscli.analysis.baseline_rows import Candidates, LargestRows
from losscli.analysis.gate import Tolerance
from losscli.arrays import Floats
from losscli.engine.text_codes import TextCodes
from losscli.errors import counted
from losscli.registry import BoundLoss
from losscli.report.change import LISTED, Change, Moved, SegmentChange
from losscli.report.compute import ComputeReport, Figure, Result, sample_label
from losscli.report.tables import Finding
from losscli.report.verdict import FAIL, GOLDEN, PASS, UNCLEAR, Judged
from losscli.statistics.intervals import Interval
from losscli.storage.uris import file_name

_MANY: Final = 200
"""Segments beyond which none may keep rows waiting."""


class _Loss:
    """One result against the baseline: the whole, its segments, and how each limit's rows scatter."""

    def __init__(self, at: int, limits: Sequence[ChangeLimit], *, by_rows: bool) -> None:
        self.at = at
        self.limits = [(limit, Spread(limit.sign)) for limit in limits]
        self.whole = Means()
        self.segments: list[Means] = []
        self._by_rows = by_rows
        self._codes = TextCodes()

    def add(self, paired: PairedValues, then: Floats) -> None:
        """Some rows."""
        rows = Rows.of(paired, self.at, then, by_rows=self._by_rows)
        self.whole.add(rows)
        parts = {None: rows, **self._parts(rows, paired)}
        for limit, spread in self.limits:
            if limit.segment in parts:
                spread.add(parts[limit.segment], paired)

    def _parts(self, rows: Rows, paired: PairedValues) -> dict[str | None, Rows]:
        """The rows of each segment that has some."""
        if paired.segments is None:
            return {}
        codes = self._codes.of(paired.segments)[rows.at]
        names = self._codes.texts
        self.segments += [Means() for _ in names[len(self.segments) :]]
        order = np.argsort(codes, kind="stable")
        found: dict[str | None, Rows] = {}
        present, starts = np.unique(codes[order], return_index=True)
        for code, members in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
            found[names[code]] = part = rows.part(members)
            self.segments[code].add(part)
            if len(names) > _MANY:
                self.segments[code].settle()
        return found

    def named(self) -> dict[str, Means]:
        """The segments in the order of their names."""
        return dict(sorted(zip(self._codes.texts, self.segments, strict=True)))

    def means(self, segment: str | None) -> Means:
        """What the rows of a limit add up to."""
        return self.whole if segment is None else self.named().get(segment, Means())


class ChangeTaker:
    """Takes the values of a baseline."""

    def __init__(self, earlier: AgainstEarlier, losses: Sequence[BoundLoss]) -> None:
        self.path = earlier.baseline or ""
        self.labels: list[str] = []
        self.compared: list[int] = []
        self.findings: list[Finding] = []
        self._limits = earlier.limits
        self._losses = losses
        self._level = earlier.level
        self._on_unclear = earlier.on_unclear
        self._found: list[_Loss] = []

    def begin(self, labels: Sequence[str], segmented: bool) -> Sequence[str]:
        """The labels of the losses that are limited."""
        self.labels = list(labels)
        specs = [bound.spec for bound in self._losses]
        for at, label in enumerate(labels):
            bound = next(one for one in self._losses if _is_of(label, one, specs))
            limits = [one for one in self._limits if one.spec in ("", bound.spec)]
            if limits:
                by_rows = bound.convention is not None and bound.convention.by_rows
                self._found.append(_Loss(at, limits, by_rows=by_rows))
        self.compared = [one.at for one in self._found]
        return [labels[at] for at in self.compared]

    def add(self, paired: PairedValues, then: Sequence[Floats]) -> None:
        """Some rows."""
        for one, values in zip(self._found, then, strict=True):
            one.add(paired, values)

    def verdicts(self, computed: ComputeReport, unpaired: int) -> Iterator[Judged]:
        """A verdict on every limit; the findings are complete afterwards."""
        if unpaired:
            self.findings.append(_left_out(unpaired, self.path))
        for one in self._found:
            for limit, spread in one.limits:
                judged = self._judged(computed.results[one.at], one, limit, spread)
                change = judged.change
                yield judged._replace(change=change and change._replace(unpaired=unpaired))

    def _judged(self, result: Result, one: _Loss, limit: ChangeLimit, spread: Spread) -> Judged:
        means = one.means(limit.segment)
        then, now, difference = means.means()
        interval = spread.interval(self._level)
        allowed = limit.allowed(then.value)
        verdict, counts_as = self._verdict(limit, difference, interval, allowed)
        where = "" if limit.segment is None else f"@{limit.segment}"
        term = f"{result.label}{where} - {file_name(self.path)}"
        if verdict == UNCLEAR:
            self.findings.append(_unclear(term, counts_as, self._on_unclear))
        segments: tuple[SegmentChange, ...] = ()
        if limit.segment is None:
            segments = tuple(one.whole.segment(name, part) for name, part in one.named().items())
        carried = spread.carried()
        return Judged(
            term=term,
            kind=limit.kind,
            limit=limit.sign * allowed + 0.0,
            value=difference,
            rows=means.rows,
            verdict=verdict,
            loss=result.spec,
            segment=limit.segment,
            note=_note(term, difference, spread, allowed),
            given=("-" if limit.sign < 0 else "") + limit.given if limit.percent else "",
            interval=interval,
            change=Change(self.path, then, now, carried, segments, spread.odd),
            counts_as=counts_as,
            worst=() if verdict == PASS else tuple(row.worst(result.label) for row in carried.listed),
        )

    def _verdict(
        self, limit: ChangeLimit, difference: Figure, interval: Interval, allowed: float
    ) -> tuple[str, str]:
        """The verdict, and what it counts as where it is unclear. What is not finite never passes."""
        if difference.status != "ok" or math.isnan(allowed):
            return FAIL, ""
        low, high = sorted((limit.sign * interval.low, limit.sign * interval.high))
        if high <= allowed:
            return PASS, ""
        if low > allowed:
            return FAIL, ""
        if self._on_unclear != "estimate":
            return UNCLEAR, self._on_unclear
        return UNCLEAR, PASS if limit.sign * difference.value <= allowed else FAIL


class GoldenTaker:
    """Takes the values of a golden file, from which no row may move."""

    def __init__(self, path: str, tolerance: Tolerance) -> None:
        self.path = path
        self.labels: list[str] = []
        self.compared: list[int] = []
        self.findings: list[Finding] = []
        self._tolerance = tolerance
        self._rows = 0
        self._counts: list[int] = []
        self._largest: list[LargestRows] = []

    def begin(self, labels: Sequence[str], segmented: bool) -> Sequence[str]:
        """Every label."""
        self.labels = list(labels)
        self.compared = list(range(len(labels)))
        self._counts = [0] * len(labels)
        self._largest = [LargestRows(LISTED) for _ in labels]
        return labels

    def add(self, paired: PairedValues, then: Sequence[Floats]) -> None:
        """Some rows."""
        self._rows += len(paired.rows)
        for at, (old, new) in enumerate(zip(then, paired.now, strict=True)):
            with np.errstate(invalid="ignore", over="ignore"):
                distance = np.abs(new - old)
                near = distance <= self._tolerance.atol + self._tolerance.rtol * np.abs(old)
            same = (old == new) | (np.isnan(old) & np.isnan(new))
            moved = np.flatnonzero(~(same | (near & np.isfinite(distance))))
            if len(moved):
                self._counts[at] += len(moved)
                keys = np.where(np.isnan(distance[moved]), np.inf, distance[moved])
                self._largest[at].add(Candidates(keys, moved, old[moved], new[moved]), paired)

    def verdicts(self, computed: ComputeReport, unpaired: int) -> Iterator[Judged]:
        """A verdict on every result."""
        if unpaired:
            self.findings.append(_left_out(unpaired, self.path))
        for result, count, largest in zip(computed.results, self._counts, self._largest, strict=True):
            rtol, atol = self._tolerance
            moved = Moved(self.path, result.label, count, self._rows, rtol, atol, unpaired)
            yield Judged(
                term=f"{result.label} as in {file_name(self.path)}",
                kind=GOLDEN,
                limit=0.0,
                value=Figure(float(count)),
                rows=self._rows,
                verdict=FAIL if count else PASS,
                loss=result.spec,
                stat="moved",
                moved=moved._replace(listed=tuple(largest.rows)),
                worst=tuple(row.worst(result.label) for row in largest.rows),
            )


def _is_of(label: str, bound: BoundLoss, specs: Sequence[str]) -> bool:
    """Whether a result of this label is one of the loss, whole or by column."""
    own = sample_label(bound.spec, bound.part, None, specs)
    return label == own or label.startswith(f"{own}[")


def _left_out(unpaired: int, path: str) -> Finding:
    were = "was" if unpaired == 1 else "were"
    return Finding(
        "W104", f"{counted(unpaired, 'row')} of this run or of {path} without a partner {were} left out"
    )


def _unclear(term: str, counts_as: str, on_unclear: str) -> Finding:
    return Finding(
        "W109",
        f"{term}: the interval holds the limit, which counts as {counts_as} (--on-unclear {on_unclear})",
    )


def _note(term: str, difference: Figure, spread: Spread, allowed: float) -> str:
    """Why a change has no verdict but fail; empty where it has one."""
    if spread.odd:
        rows = counted(spread.odd, "row")
        verb = "has" if spread.odd == 1 else "have"
        return f"{term}: {rows} {verb} no finite difference, so it is not met"
    if not spread.rows:
        return f"{term}: no row of it was paired, so it is not met"
    if difference.status != "ok" or math.isnan(allowed):
        return f"{term}: the difference or its limit is not finite, so it is not met"
    return ""
