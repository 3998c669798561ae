"""States of parts: any cut of a set merges to the report of the whole; what does not belong is refused."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from losscli import api
from losscli.errors import FormatError, LosscliError, ReadError, StateError, UsageError
from tests.engine.table import CALLS as TABLE_CALLS
from tests.engine.table import HEADER, Call, table_lines

ROWS = 60


@pytest.fixture(name="lines", scope="module")
def _lines() -> list[str]:
    return table_lines(ROWS, seed=5, infinite=(41, 50))


CALLS: dict[str, Call] = {
    **TABLE_CALLS,
    "by key": (("bce", ":y", ":p"), {"id": "key"}),
    "first rows": (("bce", ":y", ":p"), {"rows": 15, "gradient": True}),
    "worst": (("zero_one", ":y", ":y"), {"worst": 4}),
    "segments": (("mae,bce:as=keras", ":y", ":p"), {"by": "region"}),
    "segments, set losses, weights": (("rmse,wape,mse", ":y", ":p"), {"by": "region", "weight": "w"}),
    "segments, missing, columns": (
        ("mse,rmse", ":q,mu", ":p,sd"),
        {"by": "region", "missing": "skip", "multioutput": "none"},
    ),
    "segments, counts": (
        ("torch.cross_entropy:weight=1,2,3", ":class", ":c0,c1,c2"),
        {"labels": "a,b,c", "by": "class"},
    ),
    "frequency": (("zero_one", ":class", ":class"), {"labels": "a,b,c"}),
}


def computed(folder: Path, lines: Sequence[str], call: Call) -> Any:
    folder.mkdir(parents=True)
    path = folder / "table.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    (loss, first, *others), options = call
    return api.compute(loss, f"{path}{first}", *others, **options, state=True)


def comparable(report: Any) -> str:
    """The report without what only one file can say: its name, and the lines in it."""
    plain = report.plain()
    del plain["inputs"]
    return re.sub(r"\S+table\.csv:\d+:\d+", "PLACE", json.dumps(plain))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("cuts", [(1, 2), (20, 40), (59,), (7, 8, 30, 31)])
def test_parts_merge_to_the_whole(tmp_path: Path, lines: list[str], name: str, cuts: tuple[int, ...]) -> None:
    call = CALLS[name]
    whole = computed(tmp_path / "whole", lines, call)
    borders = [0, *cuts, ROWS]
    states = []
    for number, (start, stop) in enumerate(pairwise(borders)):
        state = computed(tmp_path / str(number), lines[start:stop], call).state
        states.append(json.loads(json.dumps(state, allow_nan=False)))
    found = api.merge(*states)
    assert comparable(found) == comparable(whole)
    assert [entry.rows for entry in found.inputs] == [entry.rows for entry in whole.inputs]
    assert found.results[0].headline == whole.results[0].headline


def test_the_order_of_parts_changes_no_number(tmp_path: Path, lines: list[str]) -> None:
    call = CALLS["weights"]
    states = [computed(tmp_path / str(n), lines[n * 20 : n * 20 + 20], call).state for n in range(3)]
    one, other = api.merge(*states), api.merge(*reversed(states))
    assert [result.reductions for result in one.results] == [result.reductions for result in other.results]


def test_a_state_is_small_and_the_same_for_every_way_of_reading(tmp_path: Path, lines: list[str]) -> None:
    many = lines * 50
    found = []
    for number, options in enumerate(({"jobs": 1}, {"jobs": 3, "block_bytes": 3001})):
        call = (("bce,mse", ":y", ":p"), options)
        state = dict(computed(tmp_path / str(number), many, call).state)
        del state["inputs"]
        text = json.dumps(state).replace(str(tmp_path / str(number)), "")
        found.append(text)
    assert found[0] == found[1]
    assert len(found[0]) < 60_000


def test_a_coding_of_two_parts_that_no_part_could_see(tmp_path: Path) -> None:
    call = (("hinge", ":y", ":mu"), {})
    states = []
    for number, label in enumerate(("0", "-1")):
        lines = [f"k,{one},0.5,0.5,1,0.5,1,1,0,0,a,a,r" for one in ("1", label, "1")]
        states.append(computed(tmp_path / str(number), lines, call).state)
    with pytest.raises(LosscliError, match="0 and -1 occur in the same column"):
        api.merge(*states)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ((("mse", ":y", ":p"), {}), "the losses"),
        ((("bce", ":y", ":p"), {"weight": "w"}), "weights"),
        ((("bce", ":y", ":p"), {"missing": "skip"}), "--missing"),
        ((("bce", ":y", ":p"), {"id": "key"}), "by id"),
        ((("bce", ":y", ":q"), {"missing": "skip"}), "prediction columns"),
        ((("bce", ":y", ":p"), {"worst": 3}), "other rows"),
        ((("bce", ":y", ":p"), {"reduction": "sum"}), "--reduction"),
        ((("bce", ":y", ":p"), {"by": "region"}), "--by"),
    ],
)
def test_parts_computed_in_another_way_are_refused(
    tmp_path: Path, lines: list[str], other: Call, words: str
) -> None:
    first = computed(tmp_path / "1", lines[:20], (("bce", ":y", ":p"), {})).state
    second = computed(tmp_path / "2", lines[20:40], other).state
    with pytest.raises(StateError, match=words):
        api.merge(first, second)


def test_a_part_counts_once(tmp_path: Path, lines: list[str]) -> None:
    state = computed(tmp_path / "1", lines, CALLS["one"]).state
    with pytest.raises(UsageError, match="the same state"):
        api.merge(state, json.loads(json.dumps(state)))
    with pytest.raises(UsageError, match="no state"):
        api.merge()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ((("mae", ":y", ":p"), {"reduction": "median"}), "sums"),
        ((("mae", ":y", ":p"), {"reduction": "none"}), "sums"),
        ((("mae", ":y", ":p"), {"rows": "all"}), "sums"),
        ((("median_ae", ":y", ":p"), {}), "at once"),
        ((("kl", ":c0", ":c1"), {}), "at once"),
    ],
)
def test_what_does_not_add_up_has_no_state(tmp_path: Path, lines: list[str], call: Call, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        computed(tmp_path / "1", lines, call)


def _spoiled(state: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """A copy in which one value, at any depth, is gone or something else."""
    found = copy.deepcopy(state)
    node: Any = found
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw.choice(keys)
        below = node[key]
        if isinstance(below, (dict, list)) and below and draw.random() < 0.8:
            node = below
            continue
        if isinstance(node, dict) and draw.random() < 0.3:
            del node[key]
        else:
            node[key] = draw.choice([None, "x", -1, 7.5, [], {}, "0x1", True])
        return found


@pytest.mark.parametrize("seed", range(60))
def test_a_spoiled_state_is_refused_or_read(tmp_path: Path, lines: list[str], seed: int) -> None:
    state = json.loads(
        json.dumps(computed(tmp_path / "1", lines, CALLS["segments, set losses, weights"]).state)
    )
    draw = random.Random(seed)
    for _ in range(5):
        try:
            api.merge(_spoiled(state, draw)).plain()
        except LosscliError as error:
            assert error.exit_code in (2, 3)  # noqa: PT017 - which of many errors is not the point


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"schema": "losscli/1"}', '{"schema": 5}', "\xff", "[" * 5000]
)
def test_a_file_that_is_no_state(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(FormatError):
        api.merge(str(path))
    with pytest.raises(ReadError):
        api.merge(str(tmp_path / "none.json"))
    with pytest.raises(StateError, match="written by losscli 0"):
        api.merge({"schema": "losscli-state/1", "version": "0.0.1"})
