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
    part = "of the per-row part, " if loss.is_set else ""
    assert said == f"{loss.gradient_formula} {part}by {loss.inputs[-1].symbol}, with --gradient"
    assert all(len(line) < 80 for line in lines[start:stop])
    (facts,) = report.plain()["topics"]
    assert facts["gradient_formula"] == str(loss.gradient_formula)
    assert facts["gradient_by"] == loss.inputs[-1].symbol
