"""All rows of a request at once: the clean inputs, for what looks at rows and not at their sums."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.guard import Guard
from losscli.engine.local import check
from losscli.engine.pairing import pair_rows
from losscli.engine.plan import Plan, close_plan, make_plan
from losscli.engine.request import Request
from losscli.engine.rows import RowReader
from losscli.errors import RowsError
from losscli.records import NamedTuple


class Whole(NamedTuple):
    """Every scored row: one block for each input, as the first loss takes it, and the target's row numbers.

    `roles` and `texts` say what each input is and where it came from, `names` its columns. `weights` (n,) are
    above 0, None without.
    """

    inputs: tuple[Rows, ...]
    rows: Integers
    roles: tuple[str, ...]
    texts: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    weights: Floats | None = None


def read_whole(request: Request) -> Whole:
    """Read, pair and check everything that a request names. It takes 8 bytes a cell.

    Raises what `evaluate` raises for such inputs."""
    check(request)
    plan = make_plan(request)
    try:
        return _read(request, plan)
    finally:
        close_plan(plan)


def _read(request: Request, plan: Plan) -> Whole:
    reader = RowReader(plan, request.missing == "skip")
    guard = Guard(plan.losses, [feed.at for feed in plan.feeds])
    rowsets = reader.rowsets(iter(pair_rows(plan, request.unpaired)))
    kept = [(one.inputs, one.all_numbers(), one.weights) for one in rowsets if guard.check(one)]
    guard.finish()
    reader.finish()
    if not kept:
        raise RowsError(f"{plan.feeds[0].text} has no row to draw")
    bound = plan.losses[0]
    blocks = []
    for place, feed in enumerate(plan.feeds):
        whole = np.concatenate([inputs[place] for inputs, _, _ in kept])
        blocks.append(whole if feed.entry is None else feed.entry.domain_for(bound.params).clean(whole))
    return Whole(
        tuple(blocks),
        np.concatenate([rows for _, rows, _ in kept]),
        tuple(feed.role for feed in plan.feeds),
        tuple(feed.text for feed in plan.feeds),
        tuple(feed.names for feed in plan.feeds),
        np.concatenate([one for _, _, one in kept if one is not None]) if plan.weights else None,
    )
