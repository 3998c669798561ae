"""Numbers in topics: computed by the losses when a topic is asked for, and set into columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from losscli import losses as _losses  # noqa: F401  registers every family
from losscli.arrays import Floats
from losscli.registry import BoundLoss, parse_losses
from losscli.registry.checking import check_arrays


def bound(spec: str) -> BoundLoss:
    """The loss that a spec means."""
    (found,) = parse_losses(spec)
    return found


def rows_of(spec: str, *arrays: Any) -> Floats:
    """The loss of every row, (n,)."""
    one = bound(spec)
    blocks = check_arrays(
        one.loss, one.inputs, [np.array(array, dtype=float) for array in arrays], one.params
    )
    return np.asarray(one.rows(blocks), dtype=np.float64)


def loss_of(spec: str, *arrays: Any) -> float:
    """The loss of the only row."""
    (found,) = rows_of(spec, *arrays).tolist()
    return float(found)


def shown(value: float) -> str:
    """Five digits that matter, for people."""
    return f"{value:.5g}"


def columns(rows: Sequence[Sequence[str]], widths: Sequence[int], indent: str = "") -> list[str]:
    """Cells below each other; a last cell that is too long for 79 columns goes on in the next line."""
    import textwrap

    found = []
    for row in rows:
        start = indent + "".join(f"{cell:<{width}}" for cell, width in zip(row[:-1], widths, strict=True))
        pieces = textwrap.wrap(row[-1], max(79 - len(start), 20)) or [""]
        found.append((start + pieces[0]).rstrip())
        found += [" " * len(start) + piece for piece in pieces[1:]]
    return found
