"""Writes expected.json: bounds, p-values and intervals as scipy and statsmodels compute them.

    python tests/statistics/make_expected.py        (scipy 1.17.1, statsmodels 0.15.0, numpy)

It imports nothing of losscli.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

LEVELS = (0.05, 0.5, 0.9, 0.95, 0.99, 0.999999)
FREEDOMS = (1, 2, 3, 4.5, 9, 30, 199, 200, 1000, 20000, 20001, 1e6, 1e9)
SMALL = [0.21, -0.4, 0.9, 1.7, -0.05, 0.33, 0.02, 0.8]
PS = [[0.01, 0.04, 0.03], [0.0002, 0.5, 0.02, 0.02, 1.0], [0.3]]


def losses(rows: int) -> np.ndarray:
    """Skewed differences, the same here and in the test."""
    place = np.arange(1, rows + 1)
    return np.log1p(place * 0.618033988749 % 1.0 * 6.0) - 1.0 + 2.0 * (place * 0.7548776662 % 1.0) ** 6


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    return values.mean(), stats.sem(values)


def flips(values: np.ndarray, resamples: float) -> float:
    pairs = (values, np.zeros(len(values)))
    found = stats.permutation_test(
        pairs,
        lambda one, two: np.sum(one - two),
        permutation_type="samples",
        n_resamples=resamples,
        rng=np.random.default_rng(1),
    )
    return float(found.pvalue)


def interval(values: np.ndarray) -> list[float]:
    """scipy has no studentised interval of its own; BCa's is near it where the skewness is mild."""
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=50_000, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    return [float(found.low), float(found.high)]


def main() -> None:
    power = TTestPower()
    found = {
        "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "normal": [[level, float(stats.norm.isf((1 - level) / 2))] for level in LEVELS],
        "student": [
            [level, freedom, float(stats.t.isf((1 - level) / 2, freedom))]
            for level in LEVELS
            for freedom in FREEDOMS
        ],
        "every_sign": [SMALL, flips(np.array(SMALL), np.inf)],
        "drawn_signs": [[rows, flips(losses(rows) - 0.62, 50_000)] for rows in (60, 400)],
        "student_interval": [
            [
                rows,
                *map(float, stats.t.interval(0.95, rows - 1, losses(rows).mean(), stats.sem(losses(rows)))),
            ]
            for rows in (2, 40, 6000)
        ],
        "bca": [[rows, *interval(losses(rows))] for rows in (200, 2000)],
        "holm": [[values, multipletests(values, method="holm")[1].tolist()] for values in PS],
        "detectable": [
            [rows, float(power.solve_power(effect_size=None, nobs=rows, alpha=0.05, power=0.8))]
            for rows in (20, 100, 569)
        ],
    }
    place = Path(__file__).with_name("expected.json")
    place.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
