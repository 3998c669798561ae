"""From one number a row to one number: exact sums, means, deviations, extremes and quantiles.

Each accumulator has `add(values, weights)`, `merge(other)` and `result()`, a mapping from the reduction's
name to a `Number`.  A row of weight k counts as k rows of weight 1.  Results do not depend on the order of
the rows, on the blocks they came in, or on the tree of merges.
"""

from __future__ import annotations

from losscli.numerics.exact import Number
from losscli.reductions.quantiles import Quantiles
from losscli.reductions.summary import Summary
from losscli.reductions.words import DEFAULT, Reduction, parse_reductions

__all__ = ["DEFAULT", "Number", "Quantiles", "Reduction", "Summary", "parse_reductions"]
