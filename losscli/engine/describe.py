"""A finished run as a report: results, baselines, signatures, warnings."""

from __future__ import annotations

from losscli import __version__
from losscli.engine.plan import Series
from losscli.engine.run import Run
from losscli.engine.score import Score
from losscli.errors import counted
from losscli.registry import BoundLoss, Shape
from losscli.report.compute import Baseline, ComputeReport, Figure, InputUsed, Result, RowCounts
from losscli.report.tables import Finding


class Describer:
    """Writes down what a run found, once its last row was scored."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.counts = RowCounts(
            read=run.read,
            skipped=run.reader.skipped,
            unpaired=run.paired.unpaired,
            absent=run.reader.absent,
            scored=run.tally.scored,
        )

    def report(self) -> ComputeReport:
        """The record of what was found."""
        run = self.run
        id_name = run.plan.id_name
        pairing = (
            f"by id ({id_name})" if run.plan.by_key else "by position" if len(run.plan.feeds) > 1 else ""
        )
        return ComputeReport(
            inputs=(
                *(self._input_used(position) for position in range(len(run.plan.feeds))),
                *(self._series_used(series) for series in run.plan.series),
            ),
            rows=self.counts,
            results=tuple(self._results()),
            samples=run.tally.picker.samples(self._totals(), id_name, run.plan.has_ids, run.gradient_names()),
            pairing=pairing,
            asked=run.request.reductions,
            warnings=tuple(self._findings()),
        )

    def _totals(self) -> tuple[float, ...]:
        if self.run.tally.picker.idle:
            return ()
        return tuple(
            score.total(position) for score in self.run.tally.scores for position in range(score.results)
        )

    def _findings(self) -> list[Finding]:
        found = self.run.tally.guard.findings()
        if self.counts.skipped:
            rows, were = counted(self.counts.skipped, "row"), _were(self.counts.skipped)
            found.append(Finding("W103", f"{rows} with a missing cell {were} skipped"))
        if self.run.plan.downward and self.run.losses[0].loss.family == "ranking":
            rows = counted(self.run.tally.width, "row")
            found.append(Finding("W105", f"the columns are one list of {rows}; --group COLUMN makes several"))
        if self.counts.unpaired:
            rows, were = counted(self.counts.unpaired, "row"), _were(self.counts.unpaired)
            found.append(Finding("W104", f"{rows} without a partner {were} left out"))
        return found

    def _input_used(self, position: int) -> InputUsed:
        run = self.run
        feed = run.plan.feeds[position]
        source = run.plan.streams[feed.stream].source
        return InputUsed(
            role=feed.role,
            source=feed.text,
            rows=run.rows_in(feed.stream),
            columns=feed.names,
            format=source.format,
            header=source.header.reason,
            coding=feed.coder.said() if feed.coder is not None else run.tally.guard.coding(position),
        )

    def _series_used(self, series: Series) -> InputUsed:
        source, feed = series.reading.source, series.feed
        return InputUsed(
            role=feed.role,
            source=feed.text,
            rows=self.run.series[feed.at].rows,
            columns=feed.names,
            format=source.format,
            header=source.header.reason,
        )

    def _results(self) -> list[Result]:
        found = []
        for number, score in enumerate(self.run.tally.scores):
            if self.run.tally.constants:
                baselines = [
                    self._named(score, one) for one in self.run.tally.constants[number].baselines(score)
                ]
            else:
                baselines = [Baseline("")] * score.results
            found += [self._result(score, number, position, one) for position, one in enumerate(baselines)]
        return found

    def _named(self, score: Score, baseline: Baseline) -> Baseline:
        """The constant as the file writes it, where it is a class of the target and classes have names."""
        target, prediction = score.bound.inputs[0], score.bound.inputs[score.bound.focus]
        params, coder = score.bound.params, self.run.plan.feeds[0].coder
        same = prediction.shape is Shape.CLASS and prediction.domain_for(params) == target.domain_for(params)
        if coder is None or not same or not isinstance(baseline.value, float):
            return baseline
        return baseline._replace(value=coder.names()[int(baseline.value)])

    def _result(self, score: Score, number: int, position: int, baseline: Baseline) -> Result:
        loss, params = score.bound.loss, score.bound.params
        reductions = score.reductions(position)
        asked = self.run.request.reductions[0]
        own = score.headline(position)
        elsewhere = self.run.tally.elsewhere[number].found(position) if self.run.tally.elsewhere else ()
        reduction = asked if own is None or asked == "none" else score.reduced_by
        return Result(
            loss=loss.name,
            title=loss.title,
            spec=score.bound.spec,
            params=params,
            direction=loss.direction,
            unit=loss.unit_for(params),
            reduction=reduction,
            headline=own or reductions.get(asked, Figure(float("nan"), "nan")),
            reductions=reductions,
            signature=self._signature(score.bound, reduction),
            baseline=baseline,
            column=self.run.plan.feeds[self.run.plan.focus].names[position] if score.results > 1 else None,
            part=score.bound.part,
            warnings=tuple(self._result_findings(score, reductions)),
            convention=score.bound.framework,
            elsewhere=elsewhere,
        )

    def _result_findings(self, score: Score, reductions: dict[str, Figure]) -> list[Finding]:
        found, bound = [], score.bound
        seen = self.run.tally.infinite.get(bound.spec)
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

    def _signature(self, bound: BoundLoss, reduction: str) -> str:
        run, counts = self.run, self.counts
        request = run.request
        parts = [bound.spec, f"reduction:{reduction}", f"weight:{'yes' if run.plan.weights else 'no'}"]
        parts.append(f"missing:{request.missing}" + (f"({counts.skipped})" if counts.skipped else ""))
        parts.append(f"pair:{'id' if run.plan.by_key else 'position'}")
        if request.unpaired == "skip":
            parts.append(f"unpaired:skip({counts.unpaired})")
        if bound.loss.by_cells and len(run.plan.feeds[run.plan.focus].positions) > 1:
            parts.append(f"multioutput:{request.multioutput}")
        if run.plan.downward:
            parts.append("vector:downward")
        coder = run.plan.feeds[0].coder
        if run.plan.groups is not None:
            parts.append(f"group:{run.plan.groups.names[0]}")
        labels = ",".join(request.labels) or (coder.signed() if coder is not None else "")
        if labels:
            parts.append(f"labels:{labels}")
        return "|".join([*parts, f"n:{counts.scored}", f"losscli:{__version__}"])


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
