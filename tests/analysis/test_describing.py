"""What `explain LOSS` says of the gradient: its formula, by which symbol, and of what."""

from __future__ import annotations

import pytest

from losscli.analysis.explaining import explain
from losscli.registry import get
from tests.losses_under_test import LOSSES


@pytest.mark.parametrize("name", [loss.name for loss in LOSSES])
def test_the_gradient_is_shown_with_its_symbol(name: str) -> None:
    report = explain(name)
    loss = get(name)
    lines = report.lines()
    start = next(place for place, line in enumerate(lines) if line.startswith("gradient"))
    stop = next(place for place, line in enumerate(lines) if line.startswith("perfect"))
    said = " ".join(" ".join(line.removeprefix("gradient") for line in lines[start:stop]).split())
    part = "of the per-row part, " if loss.part else ""
    symbol = loss.inputs[loss.slope_at(loss.resolve({}))].symbol
    short = loss.gradient_formula and loss.gradient_formula.under(loss.resolve({}))
    formula = " ".join(str(short).split())
    (facts,) = report.plain()["topics"]
    if loss.slope is None:
        assert said == "none"
        assert facts["gradient_formula"] is facts["gradient_by"] is None
        return
    assert said.replace(" ", "") == f"{formula}{part}by{symbol},with--gradient".replace(" ", "")
    assert all(len(line) < 80 for line in lines[start:stop])
    assert facts["gradient_formula"] == str(loss.gradient_formula)
    assert facts["gradient_by"] == symbol
