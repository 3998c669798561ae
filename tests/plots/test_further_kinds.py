"""Distributions, epochs, surfaces and comparisons: every number is computed here again, in another way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.plots.descent import descend, lowest
from losscli.report.figure import PlotReport
from tests.cli.shell import HERE
from tests.settings import FRESH_SEED


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)


def facts(report: PlotReport) -> dict[str, float]:
    return {fact.key: fact.value for fact in report.facts}


@pytest.mark.parametrize(("base", "log"), [("2", np.log2), ("e", np.log), ("10", np.log10)])
def test_distributions_measure_what_they_draw(base: str, log: np.ufunc) -> None:
    report = api.plot("distributions", "sample_data/observed.csv", "sample_data/modelled.csv", base=base)
    p, q = (np.array(entry.y) for entry in report.panels[0].series)
    assert p.tolist() == [0.5, 0.25, 0.125, 0.125]
    found = facts(report)
    assert found["entropy_target"] == pytest.approx(-(p * log(p)).sum(), rel=1e-14)
    assert found["entropy_prediction"] == pytest.approx(-(q * log(q)).sum(), rel=1e-14)
    assert found["cross_entropy"] == pytest.approx(-(p * log(q)).sum(), rel=1e-14)
    assert found["kl"] == pytest.approx((p * log(p / q)).sum(), rel=1e-13)
    assert found["kl_reversed"] == pytest.approx((q * log(q / p)).sum(), rel=1e-13)
    m = (p + q) / 2
    assert found["js"] == pytest.approx(((p * log(p / m)).sum() + (q * log(q / m)).sum()) / 2, rel=1e-12)


def test_a_row_of_many_is_chosen_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    files = ("sample_data/observed_rows.csv", "sample_data/modelled_rows.csv")
    assert run(["plot", "distributions", *files]) == 2
    assert "hint: --row 1" in capsys.readouterr().err
    assert run(["plot", "distributions", *files, "--row", "9"]) == 2
    report = api.plot("distributions", *files, row=2)
    assert report.panels[0].x.names == ("sun", "cloud", "rain", "snow")
    assert report.panels[0].series[0].y == (0.7, 0.2, 0.1, 0.0)
    assert report.plain()["facts"]["kl_reversed_status"] == "inf"


def epochs_in(folder: Path, count: int = 11) -> tuple[str, list[float]]:
    """A target and predictions p_1.csv to p_11.csv; their mean squared errors."""
    (folder / "y.csv").write_text("y\n1\n0\n", encoding="ascii")
    errors = []
    for epoch in range(1, count + 1):
        p = abs(epoch - 7) / 10
        (folder / f"p_{epoch}.csv").write_text(f"p\n{1 - p}\n{p}\n", encoding="ascii")
        errors.append(p * p)
    return str(folder / "y.csv"), errors


def test_epochs_follow_the_numbers_in_names(tmp_path: Path) -> None:
    target, errors = epochs_in(tmp_path)
    globbed = api.plot("epochs", "mse", target, str(tmp_path / "p_*.csv"))
    spread = api.plot("epochs", "mse", target, *sorted(map(str, tmp_path.glob("p_*.csv"))))
    for report in (globbed, spread):
        (line,) = report.panels[0].series
        assert line.x == tuple(range(1, 12))
        assert line.y == pytest.approx(errors, rel=1e-9)
        assert "the numbers in their names" in report.notes[0]
        assert facts(report)["best_epoch"] == 7
    given = api.plot("epochs", "mse", target, *(str(tmp_path / f"p_{one}.csv") for one in (3, 1, 2)))
    assert given.panels[0].series[0].y == pytest.approx([errors[2], errors[0], errors[1]], rel=1e-9)
    assert given.panels[0].series[0].x == (1, 2, 3)
    assert not given.notes


def test_several_sets_and_their_accuracy(tmp_path: Path) -> None:
    target, _ = epochs_in(tmp_path)
    words = [
        f"train={target}",
        str(tmp_path / "p_[1-6].csv"),
        f"validation={target}",
        str(tmp_path / "p_*.csv"),
    ]
    report = api.plot("epochs", "brier", *words)
    loss, accuracy = report.panels
    assert [entry.label for entry in loss.series] == ["train", "validation"]
    assert [len(entry.x) for entry in loss.series] == [6, 11]
    assert accuracy.series[1].y == (0.0, 0.5, *[1.0] * 9)  # at exactly 0.5 the class is 0
    assert facts(report)["best_epoch:validation"] == 7


def test_epochs_of_columns_and_of_arrays() -> None:
    data = "sample_data/demand.csv"
    report = api.plot("epochs", "mae", f"{data}:sold", f"{data}:forecast", ":q50")
    for value, column in zip(report.panels[0].series[0].y, ("forecast", "q50"), strict=True):
        computed = api.compute("mae", f"{data}:sold", f":{column}").results[0].headline.value
        assert value == computed
    arrays = api.plot("epochs", "mse", [1.0, 2.0], [1.0, 1.0], [1.0, 2.0])
    assert arrays.panels[0].series[0].y == (0.5, 0.0)
    assert len(arrays.panels) == 1


def test_a_surface_finds_the_line_of_least_squares() -> None:
    generator = np.random.default_rng(FRESH_SEED)
    x = generator.normal(3.0, 2.0, size=60)
    y = -1.5 * x + 4 + generator.normal(size=60)
    report = api.plot("surface", "mse", y, x)
    w, b = np.polyfit(x, y, 1)
    found = facts(report)
    assert found["w"] == pytest.approx(w, rel=1e-6)
    assert found["b"] == pytest.approx(b, rel=1e-6)
    assert found["loss"] == pytest.approx(float(np.mean((y - w * x - b) ** 2)), rel=1e-12)
    grid = report.panels[0].grid
    assert grid is not None
    at, other = 5, 30
    expected = np.mean((y - grid.x[at] * x - grid.y[other]) ** 2)
    assert grid.values[other][at] == pytest.approx(expected, rel=1e-12)
    assert min(map(min, grid.values)) >= found["loss"]
    path, minimum = report.panels[0].series
    assert (path.x[0], path.y[0]) == (0.0, 0.0)
    costs = path.extra["loss"]
    assert list(costs) == sorted(costs, reverse=True)
    assert (minimum.x, minimum.y) == ((found["w"],), (found["b"],))


def test_a_surface_of_absolute_errors_goes_through_two_points() -> None:
    generator = np.random.default_rng(FRESH_SEED)
    x = generator.normal(size=15)
    y = 2 * x + generator.standard_cauchy(size=15)
    best = min(
        np.abs(y - (y[i] - y[j]) / (x[i] - x[j]) * (x - x[i]) - y[i]).mean()
        for i in range(15)
        for j in range(i)
    )
    assert facts(api.plot("surface", "mae", y, x))["loss"] == pytest.approx(best, rel=1e-6)


def test_labels_that_a_line_separates_have_no_minimum() -> None:
    report = api.plot("surface", "bce_logits", [0.0, 0.0, 1.0, 1.0], [-2.0, -1.0, 1.0, 2.0])
    assert any("no minimum" in note for note in report.notes)
    assert "w" not in facts(report)
    assert [entry.label for entry in report.panels[0].series] == ["gradient descent"]


@pytest.mark.parametrize("loss", ["bce", "rmse", "softmax_ce", "poisson_deviance"])
def test_losses_that_take_no_line_have_no_surface(loss: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plot", "surface", loss, "sample_data/diabetes.csv:target", ":prediction"]) == 2
    assert "hint: " in capsys.readouterr().err
    assert run(["plot", "surface", "hinge", "sample_data/diabetes.csv:target", ":prediction"]) == 3
    assert "hint: residuals draws" in capsys.readouterr().err


def test_descent_falls_and_the_simplex_finds_a_valley() -> None:
    def cost(w: float, b: float) -> float:
        return (1 - w) ** 2 + 5 * (b - w * w) ** 2

    def slope(w: float, b: float) -> tuple[float, float]:
        return -2 * (1 - w) - 20 * w * (b - w * w), 10 * (b - w * w)

    path = descend(cost, slope, (-1.0, 1.0))
    values = [cost(*point) for point in path.points]
    assert values == sorted(values, reverse=True)
    assert path.cost == values[-1] < values[0]
    (w, b), least = lowest(cost, (-1.0, 1.0), (1.0, 1.0))
    assert (w, b) == (pytest.approx(1, abs=1e-6), pytest.approx(1, abs=1e-6))
    assert least < 1e-12


def test_compare_draws_the_differences_that_compare_reports() -> None:
    sources = (
        "sample_data/cancer_labels.csv:label",
        "sample_data/cancer_all_features.csv:probability",
        "sample_data/cancer_two_features.csv:probability",
    )
    report = api.plot("compare", "bce", *sources, id="id", confidence=0.9)
    (standing,) = (
        one
        for one in api.compare("bce", *sources, id="id", confidence=0.9).comparisons[0].standings
        if one.difference is not None
    )
    found = facts(report)
    assert found["difference"] == standing.difference.value.value
    assert (found["low"], found["high"]) == (
        standing.difference.interval.low,
        standing.difference.interval.high,
    )
    (bars,) = report.panels[0].series
    assert sum(bars.y) == 569
    above = sum(count for x, count in zip(bars.x, bars.y, strict=True) if x >= 0)
    assert above == pytest.approx(569 * (1 - found["better"]), abs=1)


def test_several_predictions_have_an_interval_each() -> None:
    report = api.plot("compare", "mae", "sample_data/demand.csv:sold", ":forecast", ":q10", ":q90")
    (points,) = report.panels[0].series
    assert report.panels[0].x.names == ("q10", "q90")
    for low, value, high in zip(points.extra["low"], points.y, points.extra["high"], strict=True):
        assert low < value < high
    whole = api.plot("compare", "rmse", "sample_data/demand.csv:sold", ":forecast", ":q10")
    assert len(whole.panels[0].series[0].x) == 1
