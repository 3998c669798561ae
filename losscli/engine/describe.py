"""What was found, as a report: results, baselines, signatures, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli import __version__
from losscli.engine.clipping import Clip
from losscli.engine.concentration import concentration_of
from losscli.engine.score import Score
from losscli.engine.segments import Segments, loss_share, weight_share
from losscli.engine.setting import Setting
from losscli.engine.totals import Totals
from losscli.errors import counted
from losscli.records import NamedTuple
from losscli.registry import Shape
from losscli.report.compute import Baseline, ComputeReport, Figure, InputUsed, Result, RowCounts
from losscli.report.concentration import Located
from losscli.report.segments import Segment
from losscli.report.tables import Finding

if TYPE_CHECKING:
    from losscli.engine.glance import Glance
    from losscli.statistics.intervals import Interval

FEWEST = 20
"""Rows below which a skill says little."""

RESAMPLED = 50
"""Segments up to which each interval is bootstrapped, some hundredths of a second each."""
MANY = 1000
"""Segments that are within the bounds of memory; more are told."""


class Found(NamedTuple):
    """Everything that a report is made from, once the last row was scored."""

    setting: Setting
    inputs: tuple[InputUsed, ...]
    counts: RowCounts
    totals: Totals
    glance: Glance | None = None

    def report(self) -> ComputeReport:
        """The record of what was found."""
        setting, totals = self.setting, self.totals
        return ComputeReport(
            inputs=tuple(self._coded(place, entry) for place, entry in enumerate(self.inputs)),
            rows=self.counts,
            results=tuple(self._results()),
            samples=totals.picker.samples(
                self._totals(), setting.id_name, setting.has_ids, setting.gradients
            ),
            pairing=setting.pairing,
            asked=setting.reductions,
            warnings=tuple(self._findings()),
            by=setting.by,
            worst=() if totals.worst is None else totals.worst.found(),
        )

    def _coded(self, place: int, entry: InputUsed) -> InputUsed:
        """The input with the coding that all its rows together showed."""
        coding = entry.coding or (self.totals.guard.coding(place) if place < len(self.setting.at) else "")
        return entry._replace(coding=coding)

    def _totals(self) -> tuple[float, ...]:
        if self.totals.picker.idle:
            return ()
        return tuple(
            score.total(position) for score in self.totals.scores for position in range(score.results)
        )

    def _findings(self) -> list[Finding]:
        found = self.totals.guard.findings()
        if self.counts.skipped:
            rows, were = counted(self.counts.skipped, "row"), _were(self.counts.skipped)
            found.append(Finding("W103", f"{rows} with a missing cell {were} skipped"))
        if self.setting.downward and self.totals.scores[0].bound.loss.family == "ranking":
            rows = counted(self.setting.width, "row")
            found.append(Finding("W105", f"the columns are one list of {rows}; --group COLUMN makes several"))
        count = 0 if self.totals.segments is None else len(self.totals.segments.names)
        if count > MANY:
            by = self.setting.by
            found.append(Finding("W108", f"{by} has {count:,} segments, which need memory of their own"))
        if self.counts.unpaired:
            rows, were = counted(self.counts.unpaired, "row"), _were(self.counts.unpaired)
            found.append(Finding("W104", f"{rows} without a partner {were} left out"))
        return list(dict.fromkeys([*found, *(one for entry in self.inputs for one in entry.warnings)]))

    def _results(self) -> list[Result]:
        totals = self.totals
        found = []
        for number, score in enumerate(totals.scores):
            if totals.constants:
                baselines = [self._named(score, one) for one in totals.constants[number].baselines(score)]
            else:
                baselines = [Baseline("")] * score.results
            found += [self._result(score, number, position, one) for position, one in enumerate(baselines)]
        return found

    def _named(self, score: Score, baseline: Baseline) -> Baseline:
        """The constant as the file writes it, where it is a class of the target and classes have names."""
        target, prediction = score.bound.inputs[0], score.bound.inputs[score.bound.focus]
        params, names = score.bound.params, self.setting.classes
        same = prediction.shape is Shape.CLASS and prediction.domain_for(params) == target.domain_for(params)
        if not names or not same or not isinstance(baseline.value, float):
            return baseline
        return baseline._replace(value=names[int(baseline.value)])

    def _result(self, score: Score, number: int, position: int, baseline: Baseline) -> Result:
        loss, params = score.bound.loss, score.bound.params
        setting, totals = self.setting, self.totals
        reductions = score.reductions(position)
        asked = setting.reductions[0]
        own = score.headline(position)
        elsewhere = totals.elsewhere[number].found(position) if totals.elsewhere else ()
        reduction = asked if own is None or asked == "none" else score.reduced_by
        signature = setting.signature(score.bound, reduction, self.counts.skipped, self.counts.unpaired)
        whole = Result(
            loss=loss.name,
            title=loss.title,
            spec=score.bound.spec,
            params=params,
            direction=loss.direction,
            unit=loss.unit_for(params),
            reduction=reduction,
            headline=own or reductions.get(asked, Figure(float("nan"), "nan")),
            reductions=reductions,
            signature="|".join([*signature, f"n:{self.counts.scored}", f"losscli:{__version__}"]),
            baseline=baseline,
            column=setting.names[position] if score.results > 1 else None,
            part=score.bound.part,
            warnings=(*self._result_findings(score, reductions), *self._worse(score, position, baseline)),
            convention=score.bound.framework,
            elsewhere=elsewhere,
            concentration=concentration_of(score, position),
            interval=self._interval(score, position, own),
            infinite=self._infinite(score, position),
            clipped=self._clipped(score),
        )
        segments = () if totals.segments is None else self._segments(totals.segments, whole, number, position)
        return whole._replace(segments=segments)

    def _interval(
        self, score: Score, position: int, own: Figure | None, *, resampled: bool = True
    ) -> Interval | None:
        """The interval of the headline, where one is asked for; else why it has none."""
        asked, level = self.setting.reductions[0], self.setting.confidence
        if not level or asked == "none":
            return None
        if own is None and asked != "mean":
            from losscli.statistics.intervals import unknown

            return unknown(level, f"{asked} is no mean")
        return score.sums.interval(position, resampled=resampled)

    def _infinite(self, score: Score, position: int) -> Located | None:
        """The infinite rows; the first of them where there are no others of the same loss."""
        if not score.measure.shows_rows:
            return None
        seen = self.totals.infinite.get(score.bound.spec) if score.results == 1 else None
        rows = score.sums.infinite(position)
        return Located(rows) if seen is None else Located(rows, seen.row, seen.place)

    def _clipped(self, score: Score) -> Located | None:
        """The rows whose loss a clip changed; None where nothing clips, or nobody counted."""
        if not self.setting.summary or Clip.of(score.bound) is None:
            return None
        seen = self.totals.clipped.get(score.bound.spec)
        return Located(0) if seen is None else Located(seen.count, seen.row, seen.place)

    def _segments(self, segments: Segments, whole: Result, number: int, position: int) -> tuple[Segment, ...]:
        """The result's segments, in the order of their texts."""
        asked, score = self.setting.reductions[0], self.totals.scores[number]
        few = len(segments.names) <= RESAMPLED
        *signature, _, version = whole.signature.split("|")
        found = []
        for name in segments.names:
            part = segments.scores(name)[number]
            reductions = part.reductions(position)
            named = [f"segment:{self.setting.by}={name}", f"n:{part.sums.rows}"]
            result = whole._replace(
                headline=part.headline(position) or reductions.get(asked, Figure(float("nan"), "nan")),
                reductions=reductions,
                signature="|".join([*signature, *named, version]),
                baseline=Baseline(""),
                warnings=(),
                elsewhere=(),
                concentration=None,
                interval=self._interval(part, position, part.headline(position), resampled=few),
                infinite=Located(part.sums.infinite(position)) if part.measure.shows_rows else None,
                clipped=None,
            )
            shares = weight_share(part, score, position), loss_share(part, score, position)
            found.append(Segment(name, part.sums.rows, *shares, result))
        return tuple(found)

    def _worse(self, score: Score, position: int, baseline: Baseline) -> list[Finding]:
        """A word where the best constant does as well as the prediction; `inspect` finds out why."""
        where = ""
        if self.glance is not None:
            baseline = self.glance.baseline(score, position)
            where = "" if self.glance.whole else f" over {self.glance.rows:,} rows spread over the file"
        if baseline.skill is None or baseline.skill > 0.0 or self.counts.scored < FEWEST:
            return []
        names, spec = self.setting.names, score.bound.spec
        label = f"{spec}[{names[position]}]" if score.results > 1 else spec
        words = (
            f"{label}: skill {baseline.skill:.3g}{where}, the best constant prediction is as good or better"
        )
        return [Finding("W126", f"{words}; `losscli inspect TARGET PREDICTION` looks for the reason")]

    def _result_findings(self, score: Score, reductions: dict[str, Figure]) -> list[Finding]:
        found, bound = [], score.bound
        seen = self.totals.infinite.get(bound.spec)
        if seen is not None:
            rows = "1 row has" if seen.count == 1 else f"{seen.count:,} rows have"
            where = f"row {seen.row} ({seen.place})"
            if not score.truly_infinite:
                what = f"a loss ({bound.part})" if bound.part else "a loss"
                return [
                    Finding(
                        "W203", f"{bound.spec}: {rows} {what} beyond the largest double, the first is {where}"
                    )
                ]
            found.append(Finding("W201", f"{bound.spec}: {rows} an infinite loss, the first is {where}"))
        over = [name for name, figure in reductions.items() if figure.status == "overflow"]
        if over:
            found.append(Finding("W202", f"{bound.spec}: {', '.join(over)} is beyond the largest double"))
        return found


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
