"""What paired differences add up to: against NumPy and the closed forms, for any order and cut of rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli import api
from losscli.analysis.baseline_changes import KEPT, Means, Rows, Spread
from losscli.analysis.baseline_files import SampleFile, _of_loss, open_samples
from losscli.analysis.baseline_pairing import PairedValues
from losscli.analysis.baseline_rows import Candidates, LargestRows
from losscli.engine.following import Followed
from losscli.engine.request import Listeners
from losscli.errors import DomainError, FormatError, PairingError, StateError
from losscli.report.samples import SampleColumns
from losscli.sources.records import LinePlaces
from losscli.statistics.intervals import BOOTSTRAPPED, difference_interval, moments_interval


def paired(
    now: np.ndarray, weights: np.ndarray | None = None, counts: np.ndarray | None = None
) -> PairedValues:
    count = len(now)
    places = LinePlaces("p.csv", (1,), 1, range(2, count + 2))
    return PairedValues(np.arange(1, count + 1), None, None, weights, [now], [counts], [], places, True)


def summed(
    then: np.ndarray,
    now: np.ndarray,
    weights: np.ndarray | None = None,
    cuts: int = 1,
    counts: np.ndarray | None = None,
) -> tuple[Means, Spread]:
    """The sums of rows that come in several blocks."""
    means, spread = Means(), Spread(1.0)
    for rows in np.array_split(np.arange(len(then)), cuts):
        part = paired(
            now[rows],
            None if weights is None else weights[rows],
            None if counts is None else counts[rows],
        )._replace(rows=rows + 1)
        found = Rows.of(part, 0, then[rows], by_rows=False)
        means.add(found)
        spread.add(found, part)
    return means, spread


def draws(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    then = generator.gamma(1.0, 1.0, rows)
    return then, then + generator.normal(0.02, 0.3, rows), generator.uniform(0.2, 4.0, rows)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=50))
def test_the_mean_difference_is_the_nearest_double(values: list[tuple[float, float]]) -> None:
    then, now = (np.array(side) for side in zip(*values, strict=True))
    _, _, difference = summed(then, now)[0].means()
    exact = sum((Fraction(b) - Fraction(a) for a, b in values), Fraction(0)) / len(values)
    assert difference.value == float(exact)
    assert difference.status == "ok"


@pytest.mark.parametrize("weighted", [False, True])
def test_order_and_cut_do_not_change_a_bit(weighted: bool) -> None:
    then, now, weights = draws(500)
    given = weights if weighted else None
    order = np.random.default_rng(1).permutation(500)
    means, spread = summed(then, now, given)
    others, cut = summed(then[order], now[order], None if given is None else given[order], 7)
    assert means.means() == others.means()
    assert spread.interval(0.95) == cut.interval(0.95)
    assert [row.carried for row in spread.carried().listed] == [row.carried for row in cut.carried().listed]


def test_few_rows_are_bootstrapped_and_many_are_not() -> None:
    then, now, _ = draws(BOOTSTRAPPED)
    assert summed(then, now, None, 3)[1].interval(0.95) == difference_interval(now - then)
    then, now, _ = draws(BOOTSTRAPPED + 1)
    found = summed(then, now, None, 3)[1].interval(0.95)
    difference = now - then
    expected = moments_interval(len(then), float(difference.mean()), float(difference.std()))
    assert found.method == expected.method
    assert found[:2] == pytest.approx(expected[:2], rel=1e-9)


def test_the_weighted_interval_of_many_rows_is_that_of_the_weighted_mean() -> None:
    rows = BOOTSTRAPPED + 500
    then, now, weights = draws(rows)
    found = summed(then, now, weights, 5)[1].interval(0.95)
    difference = now - then
    mean = np.average(difference, weights=weights)
    error = math.sqrt((weights**2 * (difference - mean) ** 2).sum()) / weights.sum()
    assert (found.low + found.high) / 2 == pytest.approx(mean, rel=1e-9)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=1e-3)


def test_equal_weights_are_no_weights() -> None:
    for rows in (300, BOOTSTRAPPED + 300):
        then, now, _ = draws(rows)
        plain = summed(then, now)[1].interval(0.95)
        weighted = summed(then, now, np.full(rows, 2.0))[1].interval(0.95)
        assert weighted[:2] == pytest.approx(plain[:2], rel=1e-9)


def test_equal_differences_have_no_spread_however_many() -> None:
    for rows in (100, BOOTSTRAPPED + 100):
        then = np.zeros(rows)
        found = summed(then, then + 0.1, None, 4)[1].interval(0.95)
        assert (found.low, found.high) == (0.1, 0.1)


def test_rows_that_do_not_count_are_left_out() -> None:
    then, now, _ = draws(50)
    counts = np.where(np.arange(50) % 5 == 0, 0.0, 2.0)
    means, spread = summed(then * counts, now * counts, None, 2, counts)
    kept = counts > 0
    assert means.rows == spread.rows == int(kept.sum())
    assert means.means()[2].value == pytest.approx((now - then)[kept].mean(), rel=1e-12)
    assert spread.interval(0.95)[:2] == pytest.approx(difference_interval((now - then)[kept])[:2], rel=1e-9)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=60), st.integers(1, 5), st.integers(1, 9))
def test_the_largest_rows_are_those_of_a_sort(keys: list[int], cuts: int, most: int) -> None:
    values = np.array(keys, dtype=np.float64)
    kept = LargestRows(most)
    for at in np.array_split(np.random.default_rng(len(keys)).permutation(len(keys)), cuts):
        if len(at):
            part = paired(values[at])._replace(rows=at + 1)
            kept.add(Candidates(values[at], np.arange(len(at)), values[at], values[at]), part)
    expected = sorted(((-key, row + 1) for row, key in enumerate(keys)))[:most]
    assert [(-row.carried, row.row) for row in kept.rows] == expected


def test_what_half_is_carried_by_is_counted_up_to_a_bound() -> None:
    then = np.zeros(5 * KEPT)
    _, spread = summed(then, then + 1.0)
    found = spread.carried()
    assert (found.carrying, found.worse, found.share) == (KEPT, 5 * KEPT, pytest.approx(0.2))
    _, spread = summed(np.zeros(10), np.array([9.0, *[1.0] * 9]))
    assert (spread.carried().carrying, spread.carried().share) == (1, 0.5)


def test_segments_of_a_whole_that_did_not_change_have_no_share() -> None:
    then, now = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    whole, part = summed(then, now)[0], summed(then[:1], now[:1])[0]
    found = whole.segment("eu", part)
    assert (found.change.value, found.carried.value, found.share) == (1.0, 0.5, None)


# --- what belongs together


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "bce|reduction:mean|weight:no|n:9|losscli:0.1.0",
            "bce|reduction:sum|weight:yes|n:1|losscli:0.2",
            True,
        ),
        ("bce|n:9|losscli:0.1.0", "bce:eps=0.1|n:9|losscli:0.1.0", False),
        ("ce|labels:a,b|n:9|losscli:1", "ce|labels:b,a|n:9|losscli:1", False),
        ("ce|labels:a|n,b|n:9|losscli:1", "ce|labels:a|m,b|n:9|losscli:1", False),
        ("mse|multioutput:mean|n:9|losscli:1", "mse|multioutput:sum|n:9|losscli:1", False),
        ("mase|pair:id|group:shop|n:9|losscli:1", "mase|pair:position|group:shop|n:1|losscli:1", True),
    ],
)
def test_only_what_a_rows_value_depends_on_must_agree(one: str, other: str, same: bool) -> None:
    assert (_of_loss(one) == _of_loss(other)) == same


def test_another_coding_is_noticed_by_the_signature(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_text("y,p\nham,0.2\nspam,0.9\nham,0.4\n")
    words = ("bce", f"{file}:y", ":p")
    base = tmp_path / "b.parquet"
    assert api.check(*words, labels="ham,spam", baseline=base, update=True).exit_code == 0
    same = api.check(*words, labels="ham,spam", baseline=base, max_increase=0)
    assert same.verdict == "pass"
    with pytest.raises(StateError, match=r"labels:ham,spam.*labels:spam,ham"):
        api.check(*words, labels="spam,ham", baseline=base, max_increase=9)


def test_damaged_metadata_is_no_signature(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.feather as feather

    table = pa.table({"row": [1], "mse": [0.5]})
    for number, text in enumerate((b"{", b"[]", b'{"signatures": 3}')):
        path = tmp_path / f"b{number}.arrow"
        feather.write_feather(table.replace_schema_metadata({b"losscli": text}), str(path))
        with pytest.raises(FormatError, match="metadata"):
            open_samples(str(path))


def test_two_columns_have_values_of_their_own(tmp_path: Path) -> None:
    target, before = np.zeros((30, 2)), np.ones((30, 2))
    base = tmp_path / "b.csv"
    api.check("mse", target, before, multioutput="none", baseline=base, update=True)
    assert base.read_text().splitlines()[0].startswith("row,mse[")
    after = before.copy()
    after[:, 1] = 2.0
    report = api.check("mse", target, after, multioutput="none", baseline=base, max_increase=1)
    assert [(one.verdict, one.value.value) for one in report.judged] == [("pass", 0.0), ("fail", 3.0)]
    joint = api.check("mse", target, before, baseline=str(base.with_suffix(".parquet")), update=True)
    assert joint.updated
    with pytest.raises(StateError):
        api.check("mse", target, before, baseline=base, max_increase=1)


def test_a_class_weight_counts_as_in_the_loss(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    target = generator.integers(0, 3, 40)
    rows = generator.normal(size=(40, 3))
    base = tmp_path / "b.csv"
    spec = "sparse_softmax_ce:weight=1,2,5"
    before = api.check(spec, target, rows, baseline=base, update=True).computed.results[0].headline.value
    later = rows + generator.normal(0, 0.5, rows.shape)
    report = api.check(spec, target, later, baseline=base, max_increase=1)
    (one,) = report.judged
    after = report.computed.results[0].headline.value
    assert one.change is not None
    assert (one.change.then.value, one.change.now.value) == (before, after)
    assert one.value.value == pytest.approx(after - before, rel=1e-12)


# --- the rows as they are followed


class Collector:
    """Follows a run and keeps what it was told."""

    def __init__(self) -> None:
        self.columns = SampleColumns(())
        self.found: list[Followed] = []

    def follow(self, columns: SampleColumns, rows: Iterator[Followed]) -> None:
        self.columns = columns
        self.found = list(rows)

    def places(self) -> list[tuple[int, str]]:
        return [
            (int(number), f"{Path(some.places.file).name}:{some.places.line(at)}")
            for some in self.found
            for at, number in enumerate(some.rows)
        ]


def test_rows_know_where_their_prediction_stands(tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y\n1\n\n0\n1\n")
    (tmp_path / "p.csv").write_text("p\n0.5\n0.5\nNA\n0.25\n")
    (tmp_path / "p.ndjson").write_text("0.5\n0.5\nnull\n0.25\n")
    for name, first, size in (("p.csv", 2, 6), ("p.csv", 2, None), ("p.ndjson", 1, 6), ("p.ndjson", 1, None)):
        collector = Collector()
        api.compute(
            "bce", f"{tmp_path}/y.csv", f"{tmp_path}/{name}", missing="skip", block_bytes=size,
            listeners=Listeners(follower=collector),
        )  # fmt: skip
        assert collector.places() == [(1, f"{name}:{first}"), (4, f"{name}:{first + 3}")]
        assert collector.columns.labels == ("bce",)


def test_a_list_has_the_place_of_its_first_row(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("q,y,p\na,1,0.5\nb,1,0.25\na,0,0.125\nb,0,0.5\n")
    collector = Collector()
    options = {"group": "q", "listeners": Listeners(follower=collector)}
    api.compute("listnet", f"{file}:y", ":p", **options)
    assert collector.places() == [(1, "s.csv:2"), (2, "s.csv:3")]
    assert [some.ids.to_pylist() for some in collector.found] == [["a"], ["b"]]


def test_a_baseline_of_lists_pairs_by_their_names(tmp_path: Path) -> None:
    file, base = tmp_path / "s.csv", tmp_path / "b.csv"
    file.write_text("q,y,p\na,1,0.5\nb,1,0.25\na,0,0.125\nb,0,0.5\n")
    words = ("listnet", f"{file}:y", ":p")
    api.check(*words, group="q", baseline=base, update=True)
    file.write_text("q,y,p\nb,1,0.25\nb,0,0.5\na,1,0.5\na,0,0.125\n")
    assert api.check(*words, group="q", golden=base).verdict == "pass"


def test_a_baseline_of_more_rows_than_wait_in_memory_is_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losscli.align import store

    monkeypatch.setattr(store, "HELD_BYTES", 1 << 16)
    rows = 20_000
    generator = np.random.default_rng(2)
    target, before = generator.normal(size=rows), generator.normal(size=rows)
    ids = np.arange(rows)
    base = tmp_path / "b.parquet"
    api.check("mse", {"id": ids, "y": target}, {"id": ids, "p": before}, id="id", baseline=base, update=True)
    order = generator.permutation(rows)
    after = before + 0.1
    mixed = ({"id": ids[order], "y": target[order]}, {"id": ids[order], "p": after[order]})
    report = api.check("mse", *mixed, id="id", baseline=base, max_increase=0.001)
    again = api.check(
        "mse", {"id": ids, "y": target}, {"id": ids, "p": after}, id="id", baseline=base, max_increase=0.001
    )
    (one,), (two,) = report.judged, again.judged
    assert (one.value, one.interval, one.verdict) == (two.value, two.interval, two.verdict)
    assert one.value.value == pytest.approx(((after - target) ** 2 - (before - target) ** 2).mean(), rel=1e-9)
    with pytest.raises(PairingError, match="1 key"):
        api.check("mse", target[:-1], before[:-1], baseline=positions(tmp_path, target, before), golden=None,
                  max_increase=1)  # fmt: skip


def positions(folder: Path, target: np.ndarray, before: np.ndarray) -> Path:
    """A baseline whose rows have no ids."""
    base = folder / "positions.arrow"
    api.check("mse", target, before, baseline=base, update=True)
    return base


def test_a_file_names_its_losses(tmp_path: Path) -> None:
    base = tmp_path / "b.csv"
    base.write_text('row,id,"multi_quantile:tau=0.1,0.5",mae,gradient(mae)\n1,a,0.5,0.25,1\n')
    file = open_samples(str(base))
    assert isinstance(file, SampleFile)
    assert file.labels == ["multi_quantile:tau=0.1,0.5", "mae"]
    file.source.close()


def test_a_framework_that_divides_by_the_rows_does_so_in_the_change(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    target = generator.integers(0, 2, 30).astype(float)
    before, after = generator.uniform(0.1, 0.9, (2, 30))
    options = {"weight": generator.uniform(0.5, 3.0, 30), "as_": "torch", "baseline": tmp_path / "b.csv"}
    first = api.check("bce", target, before, update=True, **options).computed.results[0]
    report = api.check("bce", target, after, max_increase=99, **options)
    (one,) = report.judged
    assert one.change is not None
    assert one.change.then.value == first.headline.value
    assert one.change.now.value == report.computed.results[0].headline.value
    plain = api.check("bce", target, before, max=99, weight=options["weight"]).computed.results[0]
    assert plain.headline.value != first.headline.value


def test_rows_that_do_not_count_shift_no_place(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    target = np.array([0, 1, 2, 1] * 10)
    rows = generator.normal(size=(40, 3))
    lines = [f"{'eu' if at % 2 else 'us'},{y},{a!r},{b!r},{c!r}" for at, (y, (a, b, c)) in enumerate(
        zip(target.tolist(), rows.tolist(), strict=True))]  # fmt: skip
    file, base = tmp_path / "c.csv", tmp_path / "b.csv"
    file.write_text("\n".join(["g,y,a,b,c", *lines]) + "\n")
    words = ("sparse_softmax_ce:ignore_index=2", f"{file}:y", ":a,b,c")
    api.check(*words, baseline=base, update=True)
    worse = 37  # in eu, of class 1; the rows of class 2 do not count
    lines[worse] = f"eu,1,9.0,{rows[worse, 1]!r},{rows[worse, 2]!r}".replace("np.float64(", "").replace(
        ")", ""
    )
    file.write_text("\n".join(["g,y,a,b,c", *lines]) + "\n")
    report = api.check(*words, by="g", baseline=base, max_increase={"sparse_softmax_ce:ignore_index=2@eu": 0})
    (one,) = report.judged
    assert one.change is not None
    (row,) = one.change.carried.listed
    assert (row.row, row.place.line) == (worse + 1, worse + 2)
    assert one.rows == 20


def test_the_last_fault_of_a_run_is_told_before_the_first_of_its_baseline(tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y\n" + "1\n" * 500)
    (tmp_path / "p.csv").write_text("p\n" + "0.5\n" * 499 + "1.5\n")
    (tmp_path / "b.csv").write_text("row,mae\n1,0.5\n")
    for block_bytes in (32, None):
        with pytest.raises(DomainError, match=r"1\.5"):
            api.check(
                "bce", f"{tmp_path}/y.csv", f"{tmp_path}/p.csv",
                baseline=tmp_path / "b.csv", max_increase=1, block_bytes=block_bytes,
            )  # fmt: skip


@pytest.mark.parametrize(("limit", "counts_as"), [(0.0, "pass"), (-0.02, "fail")])
def test_an_unclear_score_counts_by_its_own_direction(tmp_path: Path, limit: float, counts_as: str) -> None:
    generator = np.random.default_rng(8)
    target, before = generator.normal(size=(2, 60, 3))
    base = tmp_path / "b.csv"
    api.check("cosine_similarity", target, before, baseline=base, update=True)
    after = before + generator.normal(0, 0.2, before.shape) + 0.01 * target
    report = api.check("cosine_similarity", target, after, baseline=base, max_decrease=limit)
    (one,) = report.judged
    assert one.interval is not None
    assert one.interval.low < 0.0 < one.value.value < 0.02 < one.interval.high
    assert (one.verdict, one.counts_as) == ("unclear", counts_as)


def test_threads_and_blocks_do_not_change_a_bit(tmp_path: Path) -> None:
    rows = 600
    generator = np.random.default_rng(9)
    target, before = generator.normal(size=(2, rows))
    after = before + generator.normal(0.01, 0.2, rows)
    weights = generator.uniform(0.1, 2.0, rows)
    for name, prediction in (("before", before), ("after", after)):
        columns = zip(target.tolist(), prediction.tolist(), weights.tolist(), strict=True)
        lines = [f"k{at},{'abc'[at % 3]},{y!r},{p!r},{w!r}" for at, (y, p, w) in enumerate(columns)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,g,y,p,w", *lines]) + "\n")
    base = tmp_path / "b.csv"
    options = {"id": "id", "by": "g", "weight": "w", "baseline": base}
    api.check("mae", f"{tmp_path}/before.csv:y", ":p", update=True, **options)
    limits = {"mae": 0.001, "mae@b": "1%"}
    found = [
        api.check(
            "mae", f"{tmp_path}/after.csv:y", ":p",
            jobs=jobs, block_bytes=size, max_increase=limits, golden=base, **options,
        ).judged
        for jobs in (1, 3)
        for size in (300, 5000, None)
    ]  # fmt: skip
    assert all(judged == found[0] for judged in found[1:])
    whole, part, golden = found[0]
    difference = np.abs(after - target) - np.abs(before - target)
    assert whole.value.value == pytest.approx(np.average(difference, weights=weights), rel=1e-9)
    assert part.value.value == pytest.approx(np.average(difference[1::3], weights=weights[1::3]), rel=1e-9)
    assert whole.change is not None
    carried = [(weights[at::3] * difference[at::3]).sum() / weights.sum() for at in range(3)]
    assert [one.carried.value for one in whole.change.segments] == pytest.approx(carried, rel=1e-9)
    assert golden.value.value == rows
