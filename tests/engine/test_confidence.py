"""`--confidence`: the interval of a number, the same however its rows come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import compute, merge
from losscli.cli.boundary import run
from losscli.errors import UsageError
from losscli.statistics.intervals import BOOTSTRAPPED, mean_interval, moments_interval
from tests.readme import ROOT

RANDOM = np.random.default_rng(6)
MANY = BOOTSTRAPPED + 700
Y, P, W = RANDOM.normal(size=MANY), RANDOM.normal(size=MANY), RANDOM.uniform(0.5, 2.0, size=MANY)


def interval(*words: Any, **options: Any) -> Any:
    (result,) = compute(*words, confidence=0.9, **options).results
    return result.interval


@pytest.mark.parametrize("rows", [1, 2, 40, BOOTSTRAPPED, MANY])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_that_of_the_rows(rows: int, weighted: bool) -> None:
    y, p, w = Y[:rows], P[:rows], W[:rows] if weighted else None
    found = interval("mse", y, p, weight=w)
    expected = mean_interval((y - p) ** 2, w, 0.9)
    assert found[:3] == pytest.approx(expected[:3], rel=1e-10)
    many = rows > BOOTSTRAPPED
    assert found.method == ("Student's t, exact moments" if many else expected.method)


@pytest.mark.parametrize("weighted", [False, True])
def test_order_blocks_threads_and_merges_never_show(weighted: bool) -> None:
    for rows in (900, MANY):
        y, p, w = (one[:rows] for one in (Y, P, W))
        weight = {"weight": w} if weighted else {}
        whole = interval("mae", y, p, **weight)
        order = RANDOM.permutation(rows)
        moved = {"weight": w[order]} if weighted else {}
        assert interval("mae", y[order], p[order], **moved) == whole
        assert interval("mae", y, p, **weight, jobs=1, block_bytes=2000) == whole
        assert interval("mae", y, p, **weight, jobs=3, block_bytes=2000) == whole
        states = [
            compute(
                "mae",
                y[part],
                p[part],
                confidence=0.9,
                state=True,
                **({"weight": w[part]} if weighted else {}),
            ).state
            for part in (slice(0, 300), slice(300, None))
        ]
        texts = [json.loads(json.dumps(state, allow_nan=False)) for state in states]
        assert merge(*texts).results[0].interval == whole


def test_a_state_without_confidence_has_nothing_of_it() -> None:
    assert "confidence" not in json.dumps(compute("mae", Y[:9], P[:9], state=True).state)
    assert compute("mae", Y[:9], P[:9]).results[0].interval is None


def test_a_segment_has_its_own() -> None:
    by = np.where(np.arange(60) % 3, "a", "b")
    (result,) = compute("mse", Y[:60], P[:60], by=by, confidence=0.9).results
    for segment in result.segments:
        rows = np.flatnonzero(by == segment.name)
        assert segment.result.interval == interval("mse", Y[rows], P[rows])


@pytest.mark.parametrize("weighted", [False, True])
def test_many_segments_have_those_of_their_moments(weighted: bool) -> None:
    by = np.array([f"s{place % 51:02}" for place in range(510)])
    w = W[:510] if weighted else None
    (result,) = compute("mse", Y[:510], P[:510], by=by, confidence=0.9, weight=w).results
    assert len(result.segments) == 51
    for segment in result.segments[:3]:
        rows = np.flatnonzero(by == segment.name)
        found, losses = segment.result.interval, (Y[rows] - P[rows]) ** 2
        assert found is not None
        assert found.method == "Student's t, exact moments"
        if w is None:
            expected = moments_interval(10, losses.mean(), losses.std(), 0.9)
        else:
            left = w[rows] * (losses - np.average(losses, weights=w[rows]))
            deviation = np.sqrt(10 * (left**2).sum()) / w[rows].sum()
            expected = moments_interval(10, np.average(losses, weights=w[rows]), deviation, 0.9)
        assert found[:2] == pytest.approx(expected[:2], rel=1e-10)


def test_a_sum_and_a_mean_by_rows_have_those_of_their_numbers() -> None:
    y, p, w = Y[:50], P[:50], W[:50]
    mean, summed = interval("huber", y, p), interval("huber:as=scipy.least_squares", y, p)
    assert summed[:2] == pytest.approx([50 * end for end in mean[:2]])
    by_rows = compute("huber:as=torch", y, p, weight=w, confidence=0.9).results[0]
    assert by_rows.interval is not None
    assert by_rows.interval.low < by_rows.headline.value < by_rows.interval.high


@pytest.mark.parametrize(
    ("words", "options", "why"),
    [
        (("rmse", Y[:9], P[:9]), {}, "rmse is one number of all rows, no mean of theirs; mse has one"),
        (("mse", Y[:1], P[:1]), {}, "one row has no spread"),
        (("bce", [1.0, 0.0, 1.0], [0.0, 0.5, 0.5]), {}, "a value is not finite"),
        (("mse", Y[:9], P[:9]), {"reduction": "p95,mean"}, "p95 is no mean"),
    ],
)
def test_where_there_is_none_it_says_why(words: Any, options: dict[str, str], why: str) -> None:
    found = interval(*words, **options)
    assert found.method == f"no interval: {why}"
    assert not found.known


def test_many_rows_of_which_one_is_infinite() -> None:
    labels, chances = np.ones(MANY), np.full(MANY, 0.5)
    chances[7] = 0.0
    for weight in (None, W):
        assert interval("bce", labels, chances, weight=weight).method == "no interval: the mean is not finite"


def test_every_format_tells_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    words = ["compute", "bce", "sample_data/y.csv", "sample_data/p.csv", "--confidence", "0.95", "-f"]
    shown = {}
    for name in ("json", "csv", "plain", "table", "ndjson"):
        assert run([*words, name]) == 0
        shown[name] = capsys.readouterr().out
    found = json.loads(shown["json"])["results"][0]["interval"]
    assert found["level"] == 0.95
    assert f",{found['low']!r},{found['high']!r}," in shown["csv"]
    assert shown["plain"].rstrip("\n").split("\t")[3:] == [repr(found["low"]), repr(found["high"])]
    record = json.loads(shown["ndjson"])
    assert (record["low"], record["high"]) == (found["low"], found["high"])
    assert f"95 % interval {found['low']:.4f} to {found['high']:.4f} ({found['method']})" in shown["table"]
    assert run([*words, "value"]) == 0
    assert "so --confidence changes nothing" in capsys.readouterr().err


@pytest.mark.parametrize("level", [0, 1, 95, "0.95", True])
def test_a_level_that_is_none(level: object) -> None:
    with pytest.raises(UsageError, match="--confidence"):
        compute("mse", Y[:9], P[:9], confidence=level)


def test_parts_of_other_levels_do_not_merge(tmp_path: Path) -> None:
    states = [compute("mse", Y[:9], P[:9], confidence=level, state=True).state for level in (0.9, 0.95)]
    with pytest.raises(Exception, match="--confidence"):
        merge(*states)


def test_dask_gives_the_same(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    path = tmp_path / "d.csv"
    rows = "\n".join(f"{y!r},{p!r}" for y, p in zip(Y[:400].tolist(), P[:400].tolist(), strict=True))
    path.write_text(f"y,p\n{rows}\n", encoding="ascii")
    here = interval("mse", f"{path}:y", ":p")
    assert interval("mse", f"{path}:y", ":p", engine="dask", jobs=2) == here
