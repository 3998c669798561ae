"""In every kind that reads rows a whole weight is so many rows, and other kinds refuse weights."""

from __future__ import annotations

import numpy as np
import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.errors import UsageError
from losscli.plots.bars import quantiles_of
from losscli.plots.kinds import KINDS
from losscli.report.figure import PlotReport, Series
from tests.settings import FRESH_SEED

ROWS = 90


@pytest.fixture(name="rows")
def _rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, probabilities, whole weights from 0 to 3."""
    generator = np.random.default_rng(FRESH_SEED)
    p = generator.uniform(0.01, 0.99, ROWS)
    y = (generator.uniform(size=ROWS) < p) * 1.0
    return y, p, generator.integers(0, 4, ROWS) * 1.0


def series(report: PlotReport) -> list[Series]:
    return [one for panel in report.panels for one in panel.series]


def both(
    kind: str, words: list[str], rows: tuple[np.ndarray, np.ndarray, np.ndarray], **options: object
) -> tuple[PlotReport, PlotReport]:
    """The picture of weighted rows, and of rows that stand there so many times."""
    y, p, w = rows
    times = w.astype(int)
    return (
        api.plot(kind, *words, y, p, weight=w, **options),
        api.plot(kind, *words, np.repeat(y, times), np.repeat(p, times), **options),
    )


def same_facts(one: PlotReport, other: PlotReport, *but: str) -> None:
    found, wanted = ({fact.key: fact.value for fact in report.facts} for report in (one, other))
    assert found.keys() == wanted.keys()
    for key in found.keys() - set(but):
        assert found[key] == pytest.approx(wanted[key], rel=1e-12), key


def test_samples_carry_their_weight(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weighted, repeated = both("samples", ["bce"], rows, bins=12)
    same_facts(weighted, repeated, "top_share")
    counts, share = (one.y for one in series(weighted))
    assert sum(counts) == np.count_nonzero(rows[2])
    assert share == pytest.approx(series(repeated)[1].y, rel=1e-12)


def test_calibration_by_weight(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weighted, repeated = both("calibration", [], rows)
    same_facts(weighted, repeated)
    for found, wanted in zip(series(weighted), series(repeated), strict=True):
        assert found.x == pytest.approx(wanted.x, rel=1e-12)
        assert found.y == pytest.approx(wanted.y, rel=1e-12)
    wide, narrow = (
        np.subtract(one.extra["high"], one.extra["low"]) for one in map(_points, (weighted, repeated))
    )
    assert (wide >= narrow * (1 - 1e-12)).all()  # a row of weight 3 is no three rows
    y, p, _ = rows
    for weight in (0.3, 1e-200, 1e200):
        alike = api.plot("calibration", y, p, weight=np.full(ROWS, weight))
        assert _points(alike).extra["low"] == pytest.approx(
            _points(api.plot("calibration", y, p)).extra["low"]
        )


def _points(report: PlotReport) -> Series:
    return series(report)[0]


def test_residuals_by_weight(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weighted, repeated = both("residuals", [], rows)
    same_facts(weighted, repeated)


def test_a_surface_by_weight(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    _, p, w = rows
    generator = np.random.default_rng(FRESH_SEED)
    y = 2.0 * p - 1.0 + generator.normal(size=ROWS)
    y[w == 0] += 50.0
    weighted = api.plot("surface", "mse", y, p, weight=w)
    found = {fact.key: fact.value for fact in weighted.facts}
    slope, offset = np.polyfit(p, y, 1, w=np.sqrt(w))
    assert (found["w"], found["b"]) == pytest.approx((slope, offset), rel=1e-4, abs=1e-4)


def test_epochs_and_compare_by_weight(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    y, p, w = rows
    q = np.sqrt(p)
    drawn = api.plot("epochs", "bce", y, p, q, weight=w)
    wanted = [api.compute("bce", y, one, weight=w).results[0].headline.value for one in (p, q)]
    assert list(series(drawn)[0].y) == wanted
    facts = {fact.key: fact.value for fact in api.plot("compare", "bce", y, p, q, weight=w).facts}
    assert facts["difference"] == pytest.approx(wanted[1] - wanted[0], rel=1e-9)


def test_quantiles_of_weighted_values() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert quantiles_of(values, "p25,median,p90", np.array([1.0, 1.0, 2.0])) == [1.5, 2.0, 3.0]
    assert quantiles_of(values, "median", np.array([9.0, 1.0, 1.0])) == [3.0]
    assert quantiles_of(values, "median", None) == [2.0]


def test_kinds_without_rows_refuse_weights(capsys: pytest.CaptureFixture[str]) -> None:
    for name in sorted(KINDS):
        if "weight" in KINDS[name].options:
            continue
        words = ("mse",) if name == "curve" else ([0.5, 0.5], [0.4, 0.6])
        with pytest.raises(UsageError, match="--weight says nothing"):
            api.plot(name, *words, weight=[1.0, 2.0])
    data = "sample_data/diabetes.csv"
    assert run(["plot", "residuals", f"{data}:target", ":prediction", "--weight", "target"]) == 0
    capsys.readouterr()
    words = ["plot", "residuals", f"{data}:target", ":prediction", "--weight", "target", "-f", "table"]
    assert run(words) == 0
    assert "rows weighed by target" in capsys.readouterr().out
    assert run(["plot", "samples", "mse", f"{data}:target", ":prediction", "--weight", "nothing"]) == 2
    assert "nothing" in capsys.readouterr().err


def test_groups_are_drawn_list_by_list() -> None:
    generator = np.random.default_rng(FRESH_SEED)
    y, s = generator.integers(0, 3, 60) * 1.0, generator.normal(size=60)
    group = [f"q{at // 6}" for at in range(60)]
    report = api.plot("samples", "listnet", y, s, group=group)
    assert sum(series(report)[0].y) == 10
