"""What a report says of a run beside its numbers: how rows were read and paired, and what was asked."""

from __future__ import annotations

from losscli.engine.plan import Plan
from losscli.engine.request import Request
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.report.compute import InputUsed
from losscli.report.tables import Finding
from losscli.sources.records import Source, parts_read


class Setting(NamedTuple):
    """The facts that every part of one run shares; shards of one set agree in all of them.

    `at` are the positions, among the losses' inputs, of the inputs that pair by row; `cells` is the number of
    columns of inputs of cells, `names` the prediction's columns, `classes` the target's labels by their
    codes, `labels` what the signature says of them.
    """

    at: tuple[int, ...]
    cells: int
    names: tuple[str, ...]
    gradients: tuple[tuple[str, ...], ...] = ()
    classes: tuple[str, ...] = ()
    labels: str = ""
    reductions: tuple[str, ...] = ("mean",)
    multioutput: str = "mean"
    summary: bool = True
    missing: str = "error"
    unpaired: str = "error"
    weighted: bool = False
    by_key: bool = False
    has_ids: bool = False
    id_name: str | None = None
    group: str = ""
    by: str = ""
    downward: bool = False
    width: int = 1
    confidence: float = 0.0

    @classmethod
    def of(cls, request: Request, plan: Plan, cells: int, width: int) -> Setting:
        """The setting of a run whose first rows are known."""
        coder = plan.feeds[0].coder
        return cls(
            at=tuple(feed.at for feed in plan.feeds),
            cells=cells,
            names=plan.feeds[plan.focus].names,
            classes=tuple(coder.names()) if coder is not None else (),
            labels=",".join(request.labels) or (coder.signed() if coder is not None else ""),
            reductions=request.reductions,
            multioutput=request.multioutput,
            summary=request.summary,
            missing=request.missing,
            unpaired=request.unpaired,
            weighted=bool(plan.weights),
            by_key=plan.by_key,
            has_ids=plan.has_ids,
            id_name=plan.id_name,
            group=plan.groups.names[0] if plan.groups is not None else "",
            by=_segment_name(plan),
            downward=plan.downward,
            width=width,
            confidence=request.confidence or 0.0,
        )

    @property
    def pairing(self) -> str:
        """How rows were paired, for people."""
        if self.by_key:
            return f"by id ({self.id_name})"
        return "by position" if len(self.at) > 1 else ""

    def signature(self, bound: BoundLoss, reduction: str, skipped: int, unpaired: int) -> list[str]:
        """The parts of a result's signature that do not count rows or name the program."""
        parts = [bound.spec, f"reduction:{reduction}", f"weight:{'yes' if self.weighted else 'no'}"]
        parts.append(f"missing:{self.missing}" + (f"({skipped})" if skipped else ""))
        parts.append(f"pair:{'id' if self.by_key else 'position'}")
        if self.unpaired == "skip":
            parts.append(f"unpaired:skip({unpaired})")
        if bound.loss.by_cells and len(self.names) > 1:
            parts.append(f"multioutput:{self.multioutput}")
        if self.downward:
            parts.append("vector:downward")
        if self.group:
            parts.append(f"group:{self.group}")
        if self.labels:
            parts.append(f"labels:{self.labels}")
        return parts


def _segment_name(plan: Plan) -> str:
    """The name of the column of segments; an array has none."""
    if not plan.by:
        return ""
    feed = plan.by[0]
    return feed.text if feed.text == feed.role else feed.names[0]


def inputs_used(plan: Plan, rows: list[int], series_rows: list[int]) -> tuple[InputUsed, ...]:
    """The inputs of a plan as they were read: `rows` of each stream, `series_rows` of each series."""
    found = []
    for feed in plan.feeds:
        source = plan.streams[feed.stream].source
        parts, warnings = _parts(source, plan)
        found.append(
            InputUsed(
                role=feed.role,
                source=feed.text,
                rows=rows[feed.stream],
                columns=feed.names,
                format=source.format,
                header=source.header.reason,
                coding=feed.coder.said() if feed.coder is not None else "",
                parts=parts,
                warnings=warnings,
            )
        )
    for series, count in zip(plan.series, series_rows, strict=True):
        source, feed = series.reading.source, series.feed
        parts, warnings = _parts(source, plan)
        found.append(
            InputUsed(
                role=feed.role,
                source=feed.text,
                rows=count,
                columns=feed.names,
                format=source.format,
                header=source.header.reason,
                parts=parts,
                warnings=warnings,
            )
        )
    return tuple(found)


def _parts(source: Source, plan: Plan) -> tuple[int, tuple[Finding, ...]]:
    """The number of a source's part files, and the doubts about them; nothing of a single file."""
    if parts_read(source) is None:
        return 0, ()
    from losscli.engine.parts_used import parts_used

    return parts_used(source, plan)
