"""The loss of a sample and the cost of a set, in numbers."""

from __future__ import annotations

import math
from typing import Final

from losscli.analysis.topic import Computed, Topic
from losscli.analysis.topic_numbers import columns, rows_of, shown

TARGETS: Final = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""sample_data/y.csv, which stands in no installed package."""
PREDICTIONS: Final = (0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3)
"""sample_data/p.csv."""
_SHOWN: Final = 3


def _compute() -> Computed:
    values = rows_of("bce", TARGETS, PREDICTIONS).tolist()
    squares = rows_of("mse", TARGETS, PREDICTIONS).tolist()
    count, total, square = len(values), math.fsum(values), math.fsum(squares) / len(squares)
    worst = max(range(count), key=values.__getitem__)
    numbers = {
        **{f"loss_{row + 1}": values[row] for row in range(count)},
        "sum": total,
        "mean": total / count,
        "worst_share": values[worst] / total,
        "mse": square,
        "rmse": math.sqrt(square),
        "mean_of_roots": math.fsum(map(math.sqrt, squares)) / count,
    }
    rows = [("row", "target", "prediction", "loss: bce of the row")]
    rows += [
        (f"{row + 1}", f"{TARGETS[row]:g}", f"{PREDICTIONS[row]:g}", shown(values[row]))
        for row in range(_SHOWN)
    ]
    rows.append(("...", "", "", f"to row {count}"))
    lines = [
        *columns(rows, (6, 9, 13)),
        "",
        f"cost = mean of the {count} losses = {shown(total)} / {count} = {shown(total / count)}",
        f"sum  = {shown(total)}: grows with the rows, so it compares no two sets",
        f"row {worst + 1} alone carries {100 * values[worst] / total:.1f} % of the cost",
        f"rmse = root of the mean square = {shown(numbers['rmse'])}, once, of the whole; the rows' own",
        f"       roots have the mean {shown(numbers['mean_of_roots'])}, another number",
    ]
    return Computed(lines, numbers)


COST = Topic(
    "loss-and-cost",
    "One sample's loss, and the cost over the set",
    """
    losscli compute bce sample_data/y.csv sample_data/p.csv --reduction mean,p95
    losscli explain bce --target 1 --prediction 0.8

    A loss compares one prediction with its target. The cost is what training makes
    small and what a report calls the loss of a set: the mean of the losses.

    {numbers}

    Weighted, the cost is sum(w loss) / sum(w). The cost of a training may have
    more terms, such as a penalty lambda * sum(w^2); files of predictions do not
    show them. The mean of batches' means is another number when the last batch is
    short.
    `losscli explain reductions` lists what else makes one number of all rows.
    """,
    ("cost", "cost-function", "objective", "loss-function", "risk"),
    _compute,
)
