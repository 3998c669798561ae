"""The engine on real files: what is computed, for which rows; blocks, orders and ways in never show."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import (
    ColumnError,
    DomainError,
    LabelError,
    LosscliError,
    NotPerSample,
    RowsError,
    SeveralErrors,
    SourceError,
    UsageError,
    WeightError,
)

Y = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
P = [0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3]


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def value(losses: str, *sources: Any, **options: Any) -> float:
    return losscli.compute(losses, *sources, **options).results[0].headline.value


def bce(y: Any, p: Any) -> Any:
    y, p = np.asarray(y, float), np.asarray(p, float)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def test_arrays_and_files_give_the_same_bits(tmp_path: Path) -> None:
    y = write(tmp_path, "y.csv", "y\n" + "".join(f"{v}\n" for v in Y))
    p = write(tmp_path, "p.csv", "p\n" + "".join(f"{v}\n" for v in P))
    assert value("bce", y, p) == value("bce", Y, P) == 0.24691989080446483


def test_report_does_not_depend_on_the_block_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    p = rng.random(500).round(6)
    y = (rng.random(500) < p).astype(int)
    file = write(tmp_path, "d.csv", "y,p\n" + "".join(f"{a},{b}\n" for a, b in zip(y, p, strict=True)))
    reports = [
        losscli.compute(
            "bce,mae,brier",
            f"{file}:y",
            ":p",
            gradient=True,
            reduction="mean,median,p95",
            block_bytes=size,
        )
        for size in (64, 700, 1 << 20)
    ]
    assert reports[0].plain() == reports[1].plain() == reports[2].plain()
    assert reports[0].samples == reports[1].samples == reports[2].samples


def test_text_labels_are_matched_to_column_names(tmp_path: Path) -> None:
    text = "kind,cat,dog,fish\ndog,0.2,0.7,0.1\nfish,0.3,0.3,0.4\ncat,0.5,0.25,0.25\n"
    file = write(tmp_path, "d.csv", text)
    report = losscli.compute("sparse_categorical_ce", f"{file}:kind", ":cat..fish")
    expected = -np.mean(np.log([0.7, 0.4, 0.5]))
    assert report.results[0].headline.value == pytest.approx(expected, rel=1e-15)
    assert report.inputs[0].coding == "cat = 0, dog = 1, fish = 2"
    assert report.samples.rows[0].cells == ("dog", 0.7, "dog", 0.7)


def test_an_unknown_class_names_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,cat,dog\ndog,0.2,0.8\nDog,0.3,0.7\n")
    with pytest.raises(LabelError) as caught:
        losscli.compute("sparse_categorical_ce", f"{file}:kind", ":cat..dog")
    assert str(caught.value.place) == f"{file}:3:1"
    assert "did you mean 'dog'" in str(caught.value.hint)


def test_what_a_pattern_matched_is_the_class(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,p_cat,p_dog\ndog,0.2,0.8\ncat,0.6,0.4\n")
    expected = -np.mean(np.log([0.8, 0.6]))
    assert value("sparse_categorical_ce", f"{file}:kind", ":p_*") == pytest.approx(expected, rel=1e-15)


def test_binary_labels_as_text(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,yes,score\nyes,0.8,0.8\nno,0.3,0.3\n")
    expected = np.mean(bce([1, 0], [0.8, 0.3]))
    assert value("bce", f"{file}:kind", ":yes") == pytest.approx(expected, rel=1e-15)
    assert value("bce", f"{file}:kind", ":score", labels="no,yes") == pytest.approx(expected, rel=1e-15)
    with pytest.raises(LabelError) as caught:
        losscli.compute("bce", f"{file}:kind", ":score")
    assert "--labels no,yes" in str(caught.value.hint)


def test_a_third_class_in_a_binary_loss_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,yes\nyes,0.8\nno,0.3\nmaybe,0.3\n")
    with pytest.raises(LabelError, match="3 classes in a binary loss"):
        losscli.compute("bce", f"{file}:kind", ":yes")


def test_labels_map_numbers() -> None:
    expected = np.mean(bce(Y, P))
    signs = np.where(np.array(Y) > 0, 1, -1)
    assert value("bce", signs, P, labels="-1,1") == pytest.approx(expected, rel=1e-15)
    assert value("bce", np.array(Y) + 1, P, labels="1,2") == pytest.approx(expected, rel=1e-15)
    with pytest.raises(LabelError, match="2"):
        losscli.compute("bce", np.array(Y) + 1, P, labels="0,1")


def test_labels_for_numbers_that_are_no_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="--labels is for classes"):
        losscli.compute("mse", Y, P, labels="0,1")


def test_sign_labels_have_one_coding_in_the_whole_file(tmp_path: Path) -> None:
    same = value("hinge", [0, 1, 1], [0.5, -0.5, 2.0])
    assert same == value("hinge", [-1, 1, 1], [0.5, -0.5, 2.0]) == 1.0
    report = losscli.compute("hinge", [0, 1, 1], [0.5, -0.5, 2.0])
    assert report.inputs[0].coding == "0/1"
    rows = "".join(f"{label},0.5\n" for label in [1, 1, 0, 1, 1, 1, 1, -1, 1])
    file = write(tmp_path, "d.csv", "y,f\n" + rows)
    with pytest.raises(DomainError) as caught:
        losscli.compute("hinge", f"{file}:y", ":f", block_bytes=16)
    assert "other coding" in caught.value.message or "another coding" in caught.value.message


def test_faults_are_counted_over_the_whole_file(tmp_path: Path) -> None:
    p = [0.5] * 40 + [1.5, 3.25] + [0.5] * 40 + [-0.25]
    file = write(tmp_path, "d.csv", "y,p\n" + "".join(f"1,{v}\n" for v in p))
    for size in (32, 1 << 20):
        with pytest.raises(DomainError) as caught:
            losscli.compute("bce", f"{file}:y", ":p", block_bytes=size)
        assert "3 of 83 rows" in caught.value.message
        assert "1.5" in caught.value.message
        assert str(caught.value.place) == f"{file}:42:2"
        assert "bce_logits" in str(caught.value.hint)


def test_faults_of_both_inputs_are_reported_together() -> None:
    with pytest.raises(SeveralErrors) as caught:
        losscli.compute("bce", [2, 1], [0.5, 7.0])
    assert [type(error) for error in caught.value.errors] == [DomainError, DomainError]
    assert caught.value.exit_code == 3


def test_weights(tmp_path: Path) -> None:
    y, p, w = [0.0, 0.0, 5.0], [1.0, 2.0, 9.0], [1.0, 3.0, 0.0]
    report = losscli.compute("mse", y, p, weight=w)
    assert report.results[0].headline.value == 3.25
    assert report.rows.absent == 1
    assert report.rows.scored == 2
    file = write(
        tmp_path, "d.csv", "y,p,w\n" + "".join(f"{a},{b},{c}\n" for a, b, c in zip(y, p, w, strict=True))
    )
    assert value("mse", f"{file}:y", ":p", weight="w") == 3.25
    assert value("mse", f"{file}:y", ":p", weight=":w") == 3.25
    assert value("mse", f"{file}:y", ":p", weight=f"{file}:w") == 3.25


def test_weight_of_k_is_the_row_k_times() -> None:
    y, p, w = [1.0, 4.0, 2.5], [2.0, 3.5, 2.0], [3, 1, 2]
    repeated = [np.repeat(v, w) for v in (y, p)]
    for losses in ("mse", "rmse", "mae", "huber:delta=0.7", "rmsle"):
        one = losscli.compute(
            losses, y, p, weight=w, reduction="mean" if losses[0] == "r" else "mean,median,p30"
        )
        other = losscli.compute(
            losses, *repeated, reduction="mean" if losses[0] == "r" else "mean,median,p30"
        )
        assert one.results[0].reductions == other.results[0].reductions
        assert one.results[0].headline == other.results[0].headline
        assert one.results[0].baseline == other.results[0].baseline


@pytest.mark.parametrize("weights", [[1.0, -1.0], [0.0, 0.0]])
def test_bad_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(WeightError):
        losscli.compute("mse", [0.0, 0.0], [1.0, 2.0], weight=weights)


def test_a_negative_weight_names_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p,w\n1,2,1\n1,2,1\n1,2,-3\n1,2,-1\n")
    with pytest.raises(WeightError) as caught:
        losscli.compute("mse", f"{file}:y", ":p", weight="w")
    assert str(caught.value.place) == f"{file}:4:3"
    assert "2 of 4" in caught.value.message


def test_a_row_of_weight_0_is_absent_with_its_label(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,yes,w\nyes,0.5,1\nmaybe,0.5,0\nno,0.25,2\nyes,,0\n")
    report = losscli.compute("bce", f"{file}:kind", ":yes", weight="w", missing="skip")
    assert (report.rows.absent, report.rows.skipped, report.rows.scored) == (2, 0, 2)
    expected = (math.log(2) - 2 * math.log(0.75)) / 3
    assert report.results[0].headline.value == pytest.approx(expected, rel=1e-15)
    with pytest.raises(LabelError, match="3 classes"):
        losscli.compute("bce", f"{file}:kind", ":yes", missing="skip")


def test_with_weights_the_note_says_what_the_order_is_by() -> None:
    y, p = np.zeros(12), np.arange(12.0)
    notes = [losscli.compute("mae", y, p, weight=w).tables()[0].centred_notes for w in (None, 12.0 - p)]
    assert "largest loss first" in str(notes[0])
    assert "largest weight x loss first" in str(notes[1])


def test_a_weight_column_in_two_files_must_agree(tmp_path: Path) -> None:
    a = write(tmp_path, "a.csv", "y,w\n1,1\n0,2\n")
    b = write(tmp_path, "b.csv", "p,w\n0.5,1\n0.25,2\n")
    c = write(tmp_path, "c.csv", "p,w\n0.5,1\n0.25,3\n")
    assert losscli.compute("bce", f"{a}:y", f"{b}:p", weight="w").rows.scored == 2
    with pytest.raises(ColumnError, match="different values"):
        losscli.compute("bce", f"{a}:y", f"{c}:p", weight="w")


def test_missing_rows_are_skipped_and_counted(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n1,0.5\n,0.5\n0,NA\n1,0.25\nnull,\n")
    report = losscli.compute("bce", f"{file}:y", ":p", missing="skip")
    assert (report.rows.read, report.rows.skipped, report.rows.scored) == (5, 3, 2)
    assert report.results[0].headline.value == np.mean([math.log(2), math.log(4)])
    assert [finding.code for finding in report.findings()] == ["W103"]
    assert "missing:skip(3)" in report.results[0].signature
    assert [sample.row for sample in report.samples.rows] == [1, 4]
    with pytest.raises(LosscliError):
        losscli.compute("bce", f"{file}:y", ":p")


def test_every_row_skipped_is_no_result(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n1,\n,0.5\n")
    with pytest.raises(RowsError, match="every one of the 2 rows"):
        losscli.compute("bce", f"{file}:y", ":p", missing="skip")


def test_several_outputs() -> None:
    y = [[1.0, 2.0], [3.0, 5.0]]
    p = [[2.0, 2.5], [3.0, 1.0]]
    assert value("mse", y, p) == np.mean([(1 + 0.25) / 2, (0 + 16) / 2])
    assert value("mse", y, p, multioutput="sum") == np.mean([1.25, 16.0])
    report = losscli.compute("mse", y, p, multioutput="none")
    assert [(r.column, r.headline.value) for r in report.results] == [("@1", 0.5), ("@2", 8.125)]
    assert value("rmse", [[0, 0], [0, 0]], [[1, 7], [1, 1]]) == math.sqrt(13)
    assert value("rmse:columns=separate", [[0, 0], [0, 0]], [[1, 7], [1, 1]]) == 3.0
    roots = losscli.compute("rmse", [[0, 0], [0, 0]], [[1, 7], [1, 1]], multioutput="none")
    assert [r.headline.value for r in roots.results] == [1.0, 5.0]


def test_columns_pair_by_name_in_any_order(tmp_path: Path) -> None:
    a = write(tmp_path, "a.csv", "u,v\n1,2\n3,5\n")
    b = write(tmp_path, "b.csv", "v,u\n2.5,2\n1,3\n")
    assert value("mse", a, b) == value("mse", [[1, 2], [3, 5]], [[2, 2.5], [3, 1]])


def test_gradients_of_rows(tmp_path: Path) -> None:
    report = losscli.compute("bce,mse", Y, P, gradient=True, rows="all")
    first = report.samples.rows[0]
    assert first.gradients == ((-1 / 0.8,), (2 * (0.8 - 1),))
    entry = report.plain()["results"][0]["per_sample"][0]
    assert entry == {"row": 1, "value": first.values[0], "gradient": -1.25}
    logits = losscli.compute("sparse_softmax_ce", [1], [[0.0, 0.0, 0.0]], gradient=True, rows="all")
    slopes = logits.plain()["results"][0]["per_sample"][0]["gradient"]
    assert slopes == pytest.approx([1 / 3, -2 / 3, 1 / 3], rel=1e-15)


def test_one_column_is_one_distribution(tmp_path: Path) -> None:
    q = write(tmp_path, "q.csv", "q\n0.5\n0.25\n0.125\n0.125\n")
    report = losscli.compute("entropy:base=2", q)
    assert report.results[0].headline.value == 1.75
    assert report.rows.scored == 1
    assert "vector:downward" in report.results[0].signature
    rows = write(tmp_path, "rows.csv", "a,b,c,d\n0.5,0.25,0.125,0.125\n0.25,0.25,0.25,0.25\n")
    assert value("entropy:base=2", rows) == (1.75 + 2.0) / 2
    with pytest.raises(UsageError, match="reads one column as one vector"):
        losscli.compute("kl,mse", q, q)


def test_a_bad_probability_in_a_distribution_is_located(tmp_path: Path) -> None:
    q = write(tmp_path, "q.csv", "q\n0.5\n0.25\n1.25\n-1\n")
    with pytest.raises(DomainError) as caught:
        losscli.compute("entropy", q, block_bytes=8)
    assert str(caught.value.place) == f"{q}:4:1"


@pytest.mark.parametrize(
    ("losses", "y"),
    [
        ("mse", [1.0, 2.0, 4.0, 9.0]),
        ("rmse", [1.0, 2.0, 4.0, 9.0]),
        ("mae", [1.0, 2.0, 4.0, 9.0, 9.5]),
        ("pinball:tau=0.8", [1.0, 2.0, 4.0, 9.0, 11.0, 20.0]),
        ("msle", [1.0, 2.0, 4.0, 9.0]),
        ("mape", [1.0, 2.0, 4.0, 9.0]),
        ("bce", [1.0, 0.0, 1.0, 1.0]),
        ("brier", [1.0, 0.0, 1.0, 1.0]),
        ("bce_logits", [1.0, 0.0, 1.0, 1.0]),
    ],
)
def test_the_best_constant_beats_every_other(losses: str, y: list[float]) -> None:
    p = np.full(len(y), 0.5)
    baseline = losscli.compute(losses, y, p).results[0].baseline
    assert baseline.loss is not None
    assert isinstance(baseline.value, float)
    again = value(losses, y, np.full(len(y), baseline.value))
    assert again == pytest.approx(baseline.loss.value, rel=1e-12, abs=1e-15)
    for other in np.linspace(0.01, 0.99, 49) if losses in ("bce", "brier") else np.linspace(0.05, 20, 200):
        assert value(losses, y, np.full(len(y), other)) >= baseline.loss.value * (1 - 1e-12)
    skill = 1 - value(losses, y, p) / baseline.loss.value
    assert baseline.skill == skill


def test_huber_says_plainly_that_there_is_none() -> None:
    baseline = losscli.compute("huber", [1.0, 2.0], [1.0, 3.0]).results[0].baseline
    assert baseline.loss is None
    assert baseline.words
    assert losscli.compute("huber", [1.0], [2.0]).plain()["results"][0]["best_constant"] is None


def test_infinite_losses_are_counted_and_located(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n1,0.5\n1,0\n0,1\n0,0.5\n")
    report = losscli.compute("bce", f"{file}:y", ":p", gradient=True)
    (finding,) = report.findings()
    assert finding.code == "W201"
    assert "2 rows" in finding.message
    assert f"{file}:3:2" in finding.message
    plain = report.plain()["results"][0]
    assert (plain["value"], plain["status"]) == (None, "inf")
    assert report.samples.rows


def test_overflow_of_the_sum_keeps_the_mean() -> None:
    report = losscli.compute("mae", [1.7e308, 1.7e308], [0.0, 0.0])
    figures = report.results[0].reductions
    assert figures["sum"].status == "overflow"
    assert figures["mean"].value == 1.7e308
    assert value("rmse", [1e200, 1e200], [0.0, 0.0]) == 1e200


def test_rows_shown() -> None:
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=50), rng.normal(size=50)
    errors = (p - y) ** 2
    report = losscli.compute("mse", y, p)
    expected = [int(i) + 1 for i in np.argsort(-errors, kind="stable")[:10]]
    assert [sample.row for sample in report.samples.rows] == expected
    assert [s.row for s in losscli.compute("mse", y, p, rows=3).samples.rows] == [1, 2, 3]
    assert len(losscli.compute("mse", y, p, rows="all").samples.rows) == 50
    assert [s.row for s in losscli.compute("mse", y, p, worst=2).samples.rows] == expected[:2]
    ties = losscli.compute("mse", np.zeros(50), np.ones(50), worst=4, block_bytes=64)
    assert [sample.row for sample in ties.samples.rows] == [1, 2, 3, 4]


def test_scores_show_the_lowest_first() -> None:
    a = np.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]]
    b = a.copy()
    b[7] = [1.0, 0.0, 0.0, 0.1]
    report = losscli.compute("cosine_similarity", a, b)
    assert report.samples.rows[0].row == 8


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (("bce", "{d}"), SourceError, "one source"),
        (("bce", "{d}:y"), SourceError, "cannot be dealt"),
        (("bce", "{d}", "{d}", "{d}"), SourceError, "3 sources"),
        (("bce", "{d}:y", ":nope"), ColumnError, "nope"),
        (("bce", "{k}", "{d}:p"), ColumnError, "looks like a key"),
        (("sparse_categorical_ce", "{d}", "{d}"), ColumnError, "is one column"),
        (("bce,entropy", "{d}:y", ":p"), SourceError, "entropy takes prediction"),
        (("bce", "{d}:y", "{d}:y,p"), ColumnError, "nothing is broadcast"),
        (("softmax_ce", "{d}:y", "{d}:y,p"), ColumnError, "nothing is broadcast"),
        ((), SourceError, "no source"),
    ],
)
def test_wrong_sources(tmp_path: Path, call: tuple[str, ...], error: type[LosscliError], says: str) -> None:
    names = {"d": write(tmp_path, "d.csv", "y,p\n1,0.5\n"), "k": write(tmp_path, "k.csv", "id,y\n7,1\n")}
    losses, *sources = [part.format(**names) for part in call] or ["bce"]
    with pytest.raises(error, match=says) as caught:
        losscli.compute(losses, *sources)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_named_columns_of_one_source_are_dealt(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p,q\n1,0.5,0.5\n0,0.25,0.75\n")
    assert value("bce", f"{file}:y,p") == value("bce", f"{file}:y", ":p")
    assert value("sparse_categorical_ce", f"{file}:y,p,q") == value(
        "sparse_categorical_ce", f"{file}:y", ":p,q"
    )


def test_roles_can_be_named(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n1,0.5\n0,0.25\n")
    expected = value("bce", f"{file}:y", ":p")
    assert value("bce", f"prediction={file}:p", f"target={file}:y") == expected


def test_what_a_set_loss_does_not_have_is_refused() -> None:
    with pytest.raises(NotPerSample):
        losscli.compute("rmse", [1.0], [2.0], reduction="p95")
    with pytest.raises(UsageError, match="goes alone"):
        losscli.compute("mse", [1.0], [2.0], reduction="none,mean")
    with pytest.raises(UsageError, match="no option"):
        losscli.compute("mse", [1.0], [2.0], color="red")


def test_the_signature_names_what_changes_the_value() -> None:
    report = losscli.compute("huber:delta=0.5", Y, P, weight=[1.0] * 10)
    version = losscli.__version__
    expected = f"huber:delta=0.5|reduction:mean|weight:yes|missing:error|pair:position|n:10|losscli:{version}"
    assert report.results[0].signature == expected


def test_nothing_unneeded_is_computed_without_summary() -> None:
    report = losscli.compute("bce", Y, P, summary=False, samples=False)
    assert set(report.results[0].reductions) == {"mean"}
    assert report.samples.rows == ()
    assert report.lines() == ["bce\tmean\t0.24691989080446483"]
