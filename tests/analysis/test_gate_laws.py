"""What a gate may depend on: the rows and the requirement; never their order, the file's format, or how it is
read."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli import api
from losscli.report.verdict import CheckReport

Row = tuple[int, float, str]
ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 999).map(lambda n: n / 1000), st.sampled_from("ab")),
    min_size=2,
    max_size=30,
)


def write(rows: Sequence[Row], folder: Path) -> list[tuple[str, ...]]:
    """The rows in files of several formats; the sources of each."""
    lines = [f"{y},{p!r},{s}" for y, p, s in rows]
    (folder / "d.csv").write_text("\n".join(["y,p,s", *lines]) + "\n")
    (folder / "d.tsv").write_text("\n".join(["y\tp\ts", *(line.replace(",", "\t") for line in lines)]) + "\n")
    records = [json.dumps({"y": y, "p": p, "s": s}) for y, p, s in rows]
    (folder / "d.ndjson").write_text("\n".join(records) + "\n")
    (folder / "d.json").write_text(f"[{','.join(records)}]")
    columns = zip(*rows, strict=True)
    np.savez(folder / "d.npz", **{name: np.array(cells) for name, cells in zip("yps", columns, strict=True)})
    return [(f"{folder}/d.{suffix}:y", ":p") for suffix in ("csv", "tsv", "ndjson", "json", "npz")]


def verdicts(report: CheckReport) -> list[tuple[str, float, str]]:
    return [(one.words, one.value.value, one.verdict) for one in report.judged]


def limits(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Requirements whose limits are the numbers themselves, and the doubles beside them: what any rounding
    would break."""
    y, p = [row[0] for row in rows], [row[1] for row in rows]
    whole = api.check("bce,brier", y, p, max={"n": 1e9}).computed
    found: dict[str, list[str]] = {"max": [], "min": []}
    for result, stat in itertools.product(whole.results, ("mean", "sum", "std", "max")):
        value = result.reductions[stat].value
        term = f"{result.spec}/{stat}"
        found["max"] += [f"{term}={value!r}", f"{term}={math.nextafter(value, -math.inf)!r}"]
        found["min"] += [f"{term}={value!r}", f"{term}={math.nextafter(value, math.inf)!r}"]
    return found


@settings(max_examples=6)
@given(rows=ROWS, seed=st.integers(0, 2**32))
def test_order_format_blocks_and_jobs_decide_nothing(
    rows: list[Row], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = limits(rows)
    folder = tmp_path_factory.mktemp("gate")
    expected = verdicts(api.check("bce,brier", *write(rows, folder)[0], **asked))
    assert [one[2] for one in expected] == ["pass", "fail"] * (len(expected) // 2)
    shuffled = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    for order in (rows, shuffled, rows[::-1]):
        for sources in write(order, folder):
            for how in ({}, {"jobs": 1, "block_bytes": 20}, {"jobs": 2, "block_bytes": 60}):
                assert verdicts(api.check("bce,brier", *sources, **asked, **how)) == expected


@settings(max_examples=25)
@given(rows=ROWS)
def test_a_segment_is_judged_as_its_rows_alone(
    rows: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gate")
    sources = write(rows, folder)[0]
    for name in {row[2] for row in rows}:
        own = [row for row in rows if row[2] == name]
        value = api.compute("bce", [row[0] for row in own], [row[1] for row in own]).results[0].headline.value
        for limit, verdict in ((value, "pass"), (math.nextafter(value, -math.inf), "fail")):
            (one,) = api.check("bce", *sources, by="s", max=f"bce@{name}={limit!r}").judged
            assert (one.verdict, one.rows) == (verdict, len(own))
            if verdict == "fail":
                lines = (folder / "d.csv").read_text().splitlines()
                assert all(lines[row.place.line - 1].endswith(f",{name}") for row in one.worst)
                assert one.worst
