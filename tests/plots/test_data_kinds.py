"""Pictures of files: every bar and point is counted again here, and data that does not fit is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.errors import LosscliError, UsageError
from losscli.plots.bars import edges_of, wilson
from losscli.plots.samples import top_share
from losscli.report.figure import PlotReport
from losscli.statistics.student import normal_bound
from tests.cli.shell import HERE
from tests.settings import FRESH_SEED

CANCER = ("sample_data/cancer_labels.csv:label", "sample_data/cancer_two_features.csv:probability")


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)


def facts(report: PlotReport) -> dict[str, float]:
    return {fact.key: fact.value for fact in report.facts}


def read(path: str, column: str) -> np.ndarray:
    lines = (HERE / path).read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index(column)
    return np.array([float(line.split(",")[at]) for line in lines[1:]])


def test_samples_counts_every_row_and_its_share() -> None:
    report = api.plot("samples", "bce", *CANCER, id="id")
    y, p = read("sample_data/cancer_labels.csv", "label"), read(CANCER[1].split(":")[0], "probability")
    values = -np.where(y == 1, np.log(p), np.log1p(-p))
    rows, share = (panel.series[0] for panel in report.panels)
    for x, to, count, carried in zip(rows.x, rows.extra["to"], rows.y, share.y, strict=True):
        inside = (values >= x) & (values < to)
        assert count == inside.sum()
        assert carried == pytest.approx(values[inside].sum() / values.sum(), abs=1e-12)
    assert sum(rows.y) == len(values)
    computed = api.compute("bce", *CANCER, id="id", reduction="mean,median").results[0].reductions
    found = facts(report)
    assert found["mean"] == computed["mean"].value
    assert found["median"] == computed["median"].value
    assert found["top_share"] == pytest.approx(np.sort(values)[-6:].sum() / values.sum())


def test_samples_of_an_infinite_loss_says_where_it_is() -> None:
    report = api.plot("samples", "bce", [1.0, 1.0, 0.0], [0.5, 0.0, 0.1])
    assert sum(report.panels[0].series[0].y) == 2
    assert any("1 row of infinite loss" in note for note in report.notes)
    assert report.plain()["facts"]["mean"] is None
    assert report.plain()["facts"]["mean_status"] == "inf"


def test_the_top_share_of_few_rows_is_that_of_one() -> None:
    assert top_share(np.array([1.0, 3.0])) == 0.75
    assert top_share(np.array([0.0, 0.0])) is None
    assert top_share(np.array([-1.0, 3.0])) is None
    assert top_share(np.arange(1.0, 202.0)) == (201 + 200 + 199) / (201 * 101)


def test_calibration_counts_hits_in_each_bin() -> None:
    report = api.plot("calibration", *CANCER, id="id", bins=7, confidence=0.9)
    y, p = read("sample_data/cancer_labels.csv", "label"), read(CANCER[1].split(":")[0], "probability")
    points, bars = (panel.series[0] for panel in report.panels)
    assert len(bars.y) == 7
    assert sum(bars.y) == len(y)
    gap, seen = 0.0, 0
    for bin_ in range(7):
        inside = (p >= bin_ / 7) & ((p < (bin_ + 1) / 7) | (bin_ == 6))
        if not inside.any():
            continue
        assert points.x[seen] == pytest.approx(p[inside].mean(), rel=1e-14)
        assert points.y[seen] == y[inside].mean()
        assert points.extra["count"][seen] == inside.sum() == bars.y[bin_]
        low, high = points.extra["low"][seen], points.extra["high"][seen]
        assert low <= points.y[seen] <= high
        gap += inside.sum() / len(y) * abs(y[inside].mean() - p[inside].mean())
        seen += 1
    assert seen == len(points.x)
    assert facts(report)["calibration_error"] == pytest.approx(gap, rel=1e-12)


def test_a_probability_at_an_edge_lies_above_it() -> None:
    edges = [k / 100 for k in range(100)]
    report = api.plot("calibration", [0.0, 1.0] * 50, edges, bins=100)
    assert report.panels[1].series[0].y == (1.0,) * 100
    last = api.plot("calibration", [1.0], [1.0], bins=4).panels[1].series[0].y
    assert last == (0.0, 0.0, 0.0, 1.0)


def test_wilson_covers_as_often_as_it_says() -> None:
    # the exact coverage over all outcomes, averaged over the true share
    bound, count = normal_bound(0.95), 30
    ends = [wilson(hits, count, bound) for hits in range(count + 1)]
    covered = []
    for share in np.linspace(0.02, 0.98, 97):
        chances = [math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count + 1)]
        inside = (low <= share <= high for low, high in ends)
        covered.append(sum(chance for chance, known in zip(chances, inside, strict=True) if known))
    assert 0.945 < float(np.mean(covered)) < 0.965
    assert wilson(0, 10, bound)[0] == 0.0 < wilson(0, 10, bound)[1]
    assert wilson(10, 10, bound)[1] == 1.0 > wilson(10, 10, bound)[0]


def test_residuals_are_target_minus_prediction() -> None:
    report = api.plot("residuals", "sample_data/diabetes.csv:target", ":prediction")
    target, prediction = (read("sample_data/diabetes.csv", name) for name in ("target", "prediction"))
    cloud, bars = (panel.series[0] for panel in report.panels)
    assert cloud.x == tuple(prediction)
    assert cloud.y == tuple(target - prediction)
    assert sum(bars.y) == len(target)
    assert facts(report)["std"] == pytest.approx(float(np.std(target - prediction)), rel=1e-12)


def test_many_residuals_become_groups() -> None:
    generator = np.random.default_rng(FRESH_SEED)
    prediction = generator.normal(size=5000)
    report = api.plot("residuals", prediction + generator.normal(size=5000), prediction)
    (group,) = report.panels[0].series
    assert sum(group.extra["count"]) == 5000
    assert list(group.x) == sorted(group.x)
    for low, middle, high in zip(group.extra["low"], group.y, group.extra["high"], strict=True):
        assert low < middle < high
    assert "40 groups" in report.notes[0]


@pytest.mark.parametrize(
    "values", [[2.0], [2.0] * 9, [0.0], [1e308, -1e308], [1.0, 1.0 + 1e-15], [1e-320, 0.0]]
)
def test_edges_hold_all_values(values: list[float]) -> None:
    for bins in (None, 3):
        edges = edges_of(np.array(values), bins)
        assert edges[0] <= min(values) <= max(values) <= edges[-1]
        assert (np.diff(edges) >= 0).all()
        assert len(edges) <= 170


BAD = (
    ("calibration sample_data/diabetes.csv:target :prediction", 3, "residuals draws numbers"),
    ("calibration sample_data/y.csv sample_data/p.csv --as torch", 2, "--as says nothing"),
    ("distributions sample_data/diabetes.csv:target :prediction", 3, "residuals draws numbers"),
    ("epochs mse -:y :p :q", 2, "again and again"),
    ("histogram mse", 2, "did you mean samples?"),
    ("bce sample_data/y.csv sample_data/p.csv", 2, "losscli plot curve bce"),
    ("samples rmse sample_data/diabetes.csv:target :prediction", 2, ""),
    ("samples mse,mae sample_data/diabetes.csv:target :prediction", 2, "one loss at a time"),
    ("samples mse", 2, "0 sources"),
    ("residuals sample_data/observed_rows.csv sample_data/modelled_rows.csv", 3, "one column"),
    ("calibration sample_data/y.csv sample_data/p.csv --target 1", 2, "--target says nothing"),
    ("calibration sample_data/y.csv sample_data/p.csv --confidence 95", 2, ""),
    ("curve triplet", 2, "samples draws any loss of rows"),
    ("nothing", 2, "the kinds are"),
)


@pytest.mark.parametrize(("words", "status", "said"), BAD)
def test_what_does_not_fit_is_refused_and_says_what_to_type(
    words: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plot", *words.split()]) == status
    out, error = capsys.readouterr()
    assert out == ""
    assert "hint: " in error
    assert said in error


WRONG = (
    ("curve", ("mse",), {"target": "x"}),
    ("curve", ("mse",), {"target": []}),
    ("curve", ("mse",), {"range": 3.0}),
    ("curve", ("mse",), {"range": (1.0, 2.0, 3.0)}),
    ("samples", ("mse", [1.0], [2.0]), {"bins": 0}),
    ("samples", ("mse", [1.0], [2.0]), {"bins": 2.5}),
    ("samples", ("mse", [1.0], [2.0]), {"nothing": 1}),
    ("distributions", ([0.5, 0.5], [0.5, 0.5]), {"base": "3"}),
    ("distributions", ([0.5, 0.5], [0.5, 0.5]), {"row": True}),
    ("curve", (), {}),
)


@pytest.mark.parametrize(("kind", "words", "options"), WRONG)
def test_the_library_refuses_what_no_option_can_be(
    kind: str, words: tuple[object, ...], options: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        api.plot(kind, *words, **options)


def test_shares_of_numbers_that_are_no_labels_point_to_residuals() -> None:
    with pytest.raises(LosscliError) as caught:
        api.plot("calibration", [0.3, 1.0], [0.2, 0.4])
    assert caught.value.exit_code == 3
    assert "residuals" in str(caught.value.hint)


def test_a_name_with_markup_is_harmless_in_every_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    name = tmp_path / "a[red]$x^2$\x1b[31m\u202e中.csv"
    name.write_text("y,p\n1,0.8\n0,0.3\n", encoding="ascii")
    target = tmp_path / "picture.svg"
    words = ["plot", "calibration", f"{name}:y", ":p"]
    assert run([*words, "-o", str(target)]) == 0
    for form in ("table", "plain", "json", "csv"):
        assert run([*words, "-f", form, "--color", "never"]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\u202e" not in out
    text = target.read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    report = api.plot("calibration", f"{name}:y", ":p")
    from losscli.plots import files
    from tests.plots.test_drawing import text_boxes

    shown = " ".join(text for text, _ in text_boxes(report, files.INCHES)).replace("\n", "")
    assert "[red]$x^2$\\x1b[31m\\u202e\\u4e2d" in shown
