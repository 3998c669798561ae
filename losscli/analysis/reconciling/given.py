"""The rows of a search: read once as they stand, whether or not the loss that was named takes them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.engine.guard import Guard
from losscli.engine.pairing import pair_rows
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Request
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.series import SeriesData, read_series
from losscli.engine.setting import inputs_used
from losscli.errors import RowsError, UsageError
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.report.compute import InputUsed, RowCounts

MOST = 1_000_000
"""Rows that are kept in memory; a convention shows on far fewer."""


class Given(NamedTuple):
    """The loss as it was asked about, and the rows: `arrays` by the position of the loss's inputs (None where
    one was left out), weights (n,) or None, `series` what does not pair by row."""

    request: Request
    bound: BoundLoss
    arrays: tuple[Rows | None, ...]
    weights: Floats | None
    series: Mapping[int, SeriesData]
    inputs: tuple[InputUsed, ...]
    counts: RowCounts

    @property
    def rows(self) -> int:
        """The number of rows that are scored."""
        first = self.arrays[0]
        assert first is not None
        return len(first)


def read_given(request: Request) -> Given:
    """Read every row. Raises usage, data and storage errors as `compute` does, but for values outside the
    loss's domain, and UsageError for more rows than memory should hold."""
    plan = make_plan(request)
    try:
        reader = RowReader(plan, request.missing == "skip")
        series = read_series(plan)
        paired = pair_rows(plan, request.unpaired)
        parts: list[Rowset] = []
        for rowset in reader.rowsets(iter(paired)):
            _check_finite(plan, rowset)
            parts.append(rowset)
            if reader.read > MOST:
                raise _too_many()
        reader.finish()
        if not parts:
            raise RowsError("there is no row to score", hint="a header alone is no data")
        rows = [paired.rows(stream) for stream in range(len(plan.streams))]
        used = inputs_used(plan, rows, [series[one.feed.at].rows for one in plan.series])
        scored = sum(part.count for part in parts)
        counts = RowCounts(rows[plan.feeds[0].stream], reader.skipped, paired.unpaired, reader.absent, scored)
        arrays = _arrays(plan, parts)
        return Given(request, plan.losses[0], arrays, _weights(parts), series, used, counts)
    finally:
        close_plan(plan)


def _too_many() -> UsageError:
    return UsageError(
        f"there are more than {MOST:,} rows, and reconcile keeps all of them in memory",
        hint=f"give a part of the rows: `head -n {MOST // 10 + 1} FILE` of each file, and the number that "
        "the other tool gives for the same part",
    )


def _check_finite(plan: Plan, rowset: Rowset) -> None:
    """Raise what `compute` says of a value that is no number."""
    if all(np.isfinite(block).all() for block in rowset.inputs):
        return
    guard = Guard(plan.losses, [feed.at for feed in plan.feeds])
    guard.check(rowset)
    guard.finish()


def _arrays(plan: Plan, parts: list[Rowset]) -> tuple[Rows | None, ...]:
    places = {feed.at: place for place, feed in enumerate(plan.feeds)}
    found: list[Rows | None] = []
    for position in range(max(places) + 1):
        if position not in places:
            found.append(None)
            continue
        blocks = [part.inputs[places[position]] for part in parts]
        found.append(blocks[0] if len(blocks) == 1 else np.concatenate(blocks))
    return tuple(found)


def _weights(parts: list[Rowset]) -> Floats | None:
    found = [part.weights for part in parts if part.weights is not None]
    return np.concatenate(found) if found else None
