"""What tasks found, brought together as if one run had seen all rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from losscli.engine.cluster.peaks import LEVEL, Peak
from losscli.engine.cluster.task import Again, Coders, Key, Outcome
from losscli.engine.concentration import limit_of, shares, sits
from losscli.engine.describe import Found
from losscli.engine.guard import Guard
from losscli.engine.plan import Plan
from losscli.engine.request import Request
from losscli.engine.run import Run
from losscli.engine.score import Score
from losscli.engine.setting import Setting, inputs_used
from losscli.engine.state import Part, found_of
from losscli.reductions.concentration import Head
from losscli.reductions.sketch import POINTS, Quest, joined
from losscli.report.compute import RowCounts
from losscli.sources.parts_source import PartsSource


def sketch_points(tasks: int) -> int:
    """How many values a sketch keeps, so that those of all tasks fit into some hundred megabytes here."""
    return max(64, min(POINTS, (1 << 21) // max(1, tasks)))


def coded_otherwise(outcome: Outcome, decided: Coders) -> bool:
    """Whether a task numbered its labels in another way than all together do."""
    return any(
        any(one is not None and one != other for one, other in zip(seen, whole, strict=False))
        for seen, whole in zip(outcome.coders, decided, strict=True)
    )


class Fold:
    """Everything that the tasks of a run found."""

    def __init__(
        self,
        request: Request,
        plan: Plan,
        run: Run,
        outcomes: Sequence[Outcome],
        parts: Sequence[Sequence[tuple[list[int], list[str]]]],
    ) -> None:
        """`parts` holds for each stream, of each task that read it, the rows of each part and the empty
        ones."""
        self._request = request
        self._plan = plan
        self._run = run
        self._outcomes = outcomes
        self._parts = parts
        self._quests: dict[Key, Quest] = {}
        self._peaks: dict[Key, Peak] = {}
        self._found: Found | None = None

    def check(self) -> None:
        """Raise what only all rows together tell: faults of the data, weights and labels, or no row at
        all."""
        reader, guard = self._run.reader, Guard(self._plan.losses, [feed.at for feed in self._plan.feeds])
        for outcome, offset in zip(self._outcomes, self._offsets(), strict=True):
            read, skipped, absent, bad = outcome.dropped
            reader.read += read
            reader.skipped += skipped
            reader.absent += absent
            reader.bad_weights += bad
            if outcome.bad_weight is not None:
                known = [one for one in (reader.first_bad_weight, outcome.bad_weight) if one is not None]
                reader.first_bad_weight = (
                    min(known, key=lambda one: one[0]) if self._plan.by_key else known[0]
                )
            reader.positive_weight = reader.positive_weight or outcome.positive_weight
            if outcome.seen is not None:
                guard.take(outcome.seen, offset)
        guard.finish()
        reader.finish()
        if all(outcome.state is None for outcome in self._outcomes):
            raise self._run.no_rows()
        self._guard = guard

    def _offsets(self) -> list[int]:
        """The rows of the target before those of each task; rows that are paired by key have their numbers
        already."""
        if self._plan.by_key:
            return [0] * len(self._outcomes)
        lead = self._plan.feeds[0].stream
        rows = [outcome.rows[lead] for outcome in self._outcomes]
        return list(accumulate(rows, initial=0))[:-1]

    def found(self) -> Found:
        """What all states add up to."""
        whole: Found | None = None
        for order, (outcome, offset) in enumerate(zip(self._outcomes, self._offsets(), strict=True)):
            if outcome.state is None:
                continue
            part = found_of(Part("", outcome.state), 0 if self._plan.by_key else order, offset)
            if whole is None:
                whole = part
            else:
                whole.totals.merge(part.totals)
        assert whole is not None
        whole.totals.guard = self._guard
        self._found = whole._replace(
            setting=self._setting(whole.setting), inputs=self._inputs(), counts=self._counts(whole)
        )
        self._begin_quests()
        return self._found

    def _setting(self, part: Setting) -> Setting:
        setting = Setting.of(self._request, self._plan, part.cells, part.width)
        return setting._replace(gradients=part.gradients)

    def _inputs(self) -> Any:
        streams = range(len(self._plan.streams))
        for stream in streams:
            source = self._plan.streams[stream].source
            if isinstance(source, PartsSource):
                parts = self._parts[stream]
                source.note([n for rows, _ in parts for n in rows], [path for _, e in parts for path in e])
        rows = [sum(outcome.rows[stream] for outcome in self._outcomes) for stream in streams]
        series = [self._run.series[one.feed.at].rows for one in self._plan.series]
        return inputs_used(self._plan, rows, series)

    def _counts(self, whole: Found) -> RowCounts:
        reader = self._run.reader
        lead = self._plan.feeds[0].stream
        read = sum(outcome.rows[lead] for outcome in self._outcomes)
        unpaired = sum(outcome.unpaired for outcome in self._outcomes)
        return RowCounts(read, reader.skipped, unpaired, reader.absent, whole.totals.scored)

    # --- what one look does not tell -----------------------------------------------------------------------

    def _begin_quests(self) -> None:
        assert self._found is not None
        totals = self._found.totals
        points = sketch_points(len(self._outcomes))
        for finder in totals.constants:
            finder.sums_only = self._request.state
        for number, score in enumerate(totals.scores):
            self._begin_peaks(number, score)
            levels = score.measure.levels
            hidden = [LEVEL] if levels and any(peak.needs_quest for peak in score.sums.carriers) else []
            score.sums.quantiles = [
                self._quest(("reduction", number, result), [*levels, *hidden], points)
                for result in range(score.results if levels else 0)
            ]
            for peak, quest in zip(score.sums.carriers, score.sums.quantiles, strict=False):
                peak.quest = quest
        keys = {key for outcome in self._outcomes for key in outcome.sketches}
        for number, finder in enumerate(totals.constants):
            columns = sum(key[:2] == ("constant", number) for key in keys)
            finder.quantiles = [
                self._quest(("constant", number, column), finder.levels, points) for column in range(columns)
            ]
        self._take_sketches(self._outcomes)

    def _begin_peaks(self, number: int, score: Score) -> None:
        """Where every result's total is a sum of shares: what the tasks told of its largest rows."""
        assert self._found is not None
        limit = limit_of(self._found.totals.scores)
        for result in range(score.results if sits(score) else 0):
            key = ("peak", number, result)
            told = [outcome.peaks[key] for outcome in self._outcomes if key in outcome.peaks]
            heads = [one for one in told if isinstance(one, Head)] if shares(score, result) else []
            peak = Peak(heads, score.sums.weight(result), limit)
            score.sums.carriers.append(peak)
            if heads:
                self._peaks[key] = peak

    def _quest(self, key: Key, levels: Any, points: int) -> Quest:
        self._quests[key] = Quest(levels, points)
        return self._quests[key]

    def _take_sketches(self, outcomes: Sequence[Outcome]) -> None:
        for key, quest in self._quests.items():
            told = [outcome.sketches[key] for outcome in outcomes if key in outcome.sketches]
            if told and quest.asked:
                quest.take([joined(one) for one in zip(*told, strict=True)])

    def again(self) -> Again | None:
        """What a further look at the rows is wanted for; None once everything is known."""
        assert self._found is not None
        ranges = {key: (quest.asked, quest.points) for key, quest in self._quests.items() if quest.asked}
        constants = {
            number: tuple(float(one) for one in finder.constants())
            for number, finder in enumerate(self._found.totals.constants)
            if finder.incomplete and not any(key[:2] == ("constant", number) for key in ranges)
        }
        peaks = {key: peak.wanted for key, peak in self._peaks.items()}
        wanted = {key: one for key, one in peaks.items() if one is not None}
        return Again(ranges, constants, wanted) if ranges or constants or wanted else None

    def take(self, again: Again, outcomes: Sequence[Outcome]) -> None:
        """What a further look found."""
        assert self._found is not None
        self._take_sketches(outcomes)
        for key in again.peaks:
            told = [outcome.peaks[key] for outcome in outcomes if key in outcome.peaks]
            self._peaks[key].take(told)
        for number, constants in again.constants.items():
            finder = self._found.totals.constants[number]
            finder.again = finder.rescoring(constants)
            for outcome in outcomes:
                finder.again.take(outcome.rescored[number])
