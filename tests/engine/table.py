"""A table with every kind of column that a loss may ask for, and calls on it that reach every part of a
report."""

from __future__ import annotations

from typing import Any

import numpy as np

HEADER = "key,y,p,q,w,mu,sd,c0,c1,c2,class,guess,region"

Call = tuple[tuple[str, ...], dict[str, Any]]
"""The losses and the columns of their inputs, and the options."""


def table_lines(rows: int, seed: int, *, infinite: tuple[int, int], late: int | None = None) -> list[str]:
    """The data rows: a loss is infinite in the rows `infinite`, every 17th q is missing, every 7th weight is
    0; from row `late` on there is a class more than the probabilities have columns."""
    draw = np.random.default_rng(seed)
    found = []
    for row in range(rows):
        label, shares = int(draw.integers(0, 2)), draw.dirichlet([1.0, 2.0, 3.0])
        p = float(draw.integers(1, 1000)) / 1000 if row not in infinite else float(1 - label)
        q = "NA" if row % 17 == 3 else draw.random()
        weight = 0 if row % 7 == 5 else draw.integers(1, 4) / 8
        known = "abc" if late is None or row < late else "abcd"
        names = (known[draw.integers(0, len(known))], "cbad"[draw.integers(0, 4)], f"r{row % 9 % 5}")
        cells = [f"k{row}", label, p, q, weight, draw.normal(), draw.random() + 0.1]
        found.append(",".join(map(str, [*cells, *shares, *names])))
    return found


CALLS: dict[str, Call] = {
    "one": (("bce", ":y", ":p"), {}),
    "several, set losses, conventions": (("mse,rmse,wape,bce:as=keras", ":y", ":p"), {}),
    "weights": (("bce,rmse,mae", ":y", ":p"), {"weight": "w"}),
    "missing": (("mse,rmse,mae", ":q", ":p"), {"missing": "skip"}),
    "columns": (("mse,rmse,mae", ":y,mu", ":p,sd"), {"multioutput": "none"}),
    "columns summed": (("rmse,mae", ":y,mu", ":p,sd"), {"multioutput": "sum"}),
    "three inputs": (("gaussian_nll", ":y", ":mu", ":sd"), {}),
    "classes": (("sparse_categorical_ce", ":class", ":c0,c1,c2"), {"labels": "a,b,c"}),
    "codings": (("hinge", ":y", ":mu"), {}),
    "counts": (("torch.cross_entropy:weight=1,2,3", ":class", ":c0,c1,c2"), {"labels": "a,b,c"}),
    "std": (("mse", ":y", ":p"), {"reduction": "mean,std,max"}),
}
"""The calls that every way of evaluating answers."""
