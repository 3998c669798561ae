"""What some rows of a run add up to: checked, scored by every loss, and merged with the tallies of other
rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.clipping import Clip, clips_of
from losscli.engine.concentration import keep_values
from losscli.engine.constants import ConstantFinder
from losscli.engine.elsewhere import Elsewhere
from losscli.engine.guard import Guard
from losscli.engine.picks import Picker
from losscli.engine.plan import Plan
from losscli.engine.request import Request
from losscli.engine.rowset import Rowset
from losscli.engine.score import Score
from losscli.engine.segments import BlockTerms, Segments
from losscli.engine.series import SeriesData
from losscli.engine.totals import Hits, Totals
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.registry.checking import width_of


class Scored(NamedTuple):
    """The per-row values of a rowset: an (n,) array per result, an (n, k) array per gradient; and per result
    how much each row counts, None where all count 1 or nobody asked."""

    values: list[Floats]
    slopes: list[Rows]
    counts: list[Floats | None]


class Tally(Totals):
    """Totals that check and score rows. `sibling` is for other rows of the same run, at the same time."""

    def __init__(
        self,
        request: Request,
        plan: Plan,
        series: Mapping[int, SeriesData],
        scores: Sequence[Score],
        picker: Picker,
    ) -> None:
        super().__init__(scores, Guard(plan.losses, [feed.at for feed in plan.feeds]), picker)
        self.request = request
        self.plan = plan
        self.series = series
        self.picker: Picker = picker
        if request.worst_of:
            from losscli.engine.worst import WorstFinder

            self.worst = WorstFinder(request.worst_of, plan)
        self.clips: Mapping[int, Clip] = {}
        self.cells = 1
        self.width = 1
        self.counting = False
        """Whether somebody wants to know how much each row counts."""

    def start(self, rowset: Rowset) -> None:
        """Told once, with the first rows, before any is added."""
        self.width = width_of(rowset.inputs)
        self.cells = cells = rowset.inputs[0].shape[1] if rowset.inputs[0].ndim == 2 else 1
        lists = self.plan.downward or self.plan.grouping in ("lists", "series")
        for score in self.scores:
            score.start(cells)
            score.adds_up = score.adds_up or self.plan.grouping == "sets"
            score.sums.sketch(self.request.part)
            if self.request.summary:
                self.elsewhere.append(Elsewhere(score, cells))
            if self.request.summary and not lists:
                finder = ConstantFinder(score.bound, score.results, self.request.multioutput)
                finder.sums_only = self.request.state
                finder.part = self.request.part
                self.constants.append(finder)
        if self.plan.by:
            self.segments = Segments(self.scores)
        if self.worst is not None:
            self.worst.start([score.bound.spec for score in self.scores for _ in range(score.results)])
        if self.request.summary and not self.request.state:  # a state holds no values
            keep_values(self.scores)
        if self.request.summary:
            self.clips = clips_of(self.scores)

    def sibling(self) -> Tally:
        """A tally for other rows of the same run, after the first rows were added."""
        found = copy(self)
        found.scores = [score.sibling() for score in self.scores]
        found.picker = self.picker.sibling()
        found.worst = None if self.worst is None else self.worst.sibling()
        found.guard = self.guard.sibling()
        found.constants = [finder.sibling() for finder in self.constants]
        # without a summary there are none, else one for each score
        pairs = zip(self.elsewhere, found.scores, strict=False)
        found.elsewhere = [elsewhere.sibling(score) for elsewhere, score in pairs]
        found.segments = None if self.segments is None else self.segments.sibling(found.scores)
        found.infinite, found.clipped = {}, {}
        found.scored = 0
        return found

    def add(self, rowset: Rowset, *, only_check: bool = False) -> Scored | None:
        """Check and score some rows; None where they, or rows before them, are not fit to be scored."""
        if not self.guard.check(rowset) or only_check:
            return None
        values: list[Floats] = []
        slopes: list[Rows] = []
        counts: list[Floats | None] = []
        cleaned: dict[Any, Rows] = {}
        parts: list[BlockTerms] = []
        for position, score in enumerate(self.scores):
            blocks = self.clean(score.bound, rowset, cleaned)
            found = self._score(score, blocks, rowset.weights, parts)
            if self.elsewhere:
                self.elsewhere[position].add(lambda bound: self.clean(bound, rowset, cleaned), rowset, found)
            self._watch(score.bound.spec, rowset, found)
            if position in self.clips:
                changed = self.clips[position].changed(score, blocks, found)
                self._note(self.clipped, score.bound.spec, rowset, changed)
            values += found
            if self.counting:
                counts += [score.bound.counts(blocks)] * len(found)
            if self.request.gradient:
                slopes += score.slopes(blocks)
            if self.constants:
                self.constants[position].add(blocks, self.width, rowset.weights)
        if self.segments is not None:
            self.segments.add(rowset.segments, parts)
        self.scored += rowset.count
        self._pick(rowset, values, slopes)
        return Scored(values, slopes, counts)

    def _pick(self, rowset: Rowset, values: Sequence[Floats], slopes: Sequence[Rows]) -> None:
        """Keep the rows that are shown, and those that requirements look for."""
        if not self.picker.idle:
            self.picker.add(rowset, values, slopes)
        if self.worst is not None:
            self.worst.add(rowset, values)

    def _score(
        self, score: Score, blocks: list[Rows], weights: Floats | None, parts: list[BlockTerms]
    ) -> list[Floats]:
        """The values of some rows, added up: at once, or first by segment where segments add up to the
        whole."""
        if self.segments is None:
            return score.add(blocks, weights)
        if score.adds_up:
            terms = score.terms(blocks, weights)
            parts.append(BlockTerms(terms))
            score.sums.keep(terms)
            return terms.values
        parts.append(BlockTerms(None, blocks, weights))
        return score.add(blocks, weights)

    def clean(self, bound: BoundLoss, rowset: Rowset, cleaned: dict[Any, Rows]) -> list[Rows]:
        """The blocks as the loss takes them: codings mapped, series prepared, inputs left out made up."""
        found: list[Rows] = []
        feeds = {feed.at: place for place, feed in enumerate(rowset.feeds)}
        for position, entry in enumerate(bound.inputs):
            if position in feeds:
                domain = entry.domain_for(bound.params)
                key = (position, domain)
                if key not in cleaned:
                    cleaned[key] = domain.clean(rowset.inputs[feeds[position]])
                found.append(cleaned[key])
            elif position in self.series:
                series = self.series[position]
                found.append(series.prepared(bound, entry, rowset.groups, rowset.count))
            else:
                assert entry.default is not None
                found.append(entry.default(found))
        return found

    def _watch(self, spec: str, rowset: Rowset, found: Sequence[Floats]) -> None:
        """Count infinite losses and remember where the first one stands."""
        hit = [np.isinf(values) for values in found if np.isinf(values.max())]
        if hit:  # a row with two infinite columns is one row
            self._note(self.infinite, spec, rowset, np.flatnonzero(np.logical_or.reduce(hit)))

    def _note(self, hits: dict[str, Hits], spec: str, rowset: Rowset, rows: Integers) -> None:
        """Count some rows and remember where the first one stands."""
        if not len(rows):
            return
        if spec not in hits:
            first = int(rows[0])
            number = int(rowset.numbers(np.array([first]))[0])
            hits[spec] = Hits(number, str(rowset.place(self.plan.focus, first, 0)))
        hits[spec].count += len(rows)
