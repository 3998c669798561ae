"""Losses that others keep inside a solver, an estimator or a table, and formulas of papers in many digits.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

DIGITS = 60


def scipy(loss: str, y: Any, p: Any, *, scale: float, rows: bool = False) -> Any:
    """The cost that least_squares reports for the errors p - y, of all rows or of each alone."""
    from scipy.optimize import least_squares

    def cost(errors: Any) -> float:
        found = least_squares(lambda x: errors + 0.0 * x[0], [0.0], loss=loss, f_scale=scale, max_nfev=1)
        return float(found.cost)

    errors = np.asarray(p - y)
    if not rows:
        return cost(errors.reshape(-1))
    return np.array([cost(np.array([error])) for error in errors.reshape(-1)]).reshape(errors.shape)


def statsmodels(norm: str, z: Any, *, level: float | None = None, **settings: float) -> Any:
    """A norm of statsmodels.robust on errors; with a level MQuantileNorm over it."""
    from statsmodels.robust import norms

    made = getattr(norms, norm)(**settings)
    return (made if level is None else norms.MQuantileNorm(level, made)).rho(z)


def utilsforecast(loss: str, y: Any, p: Any, **settings: float) -> Any:
    """A function of utilsforecast.losses on a table in which each number is a series of its own."""
    import pandas
    from utilsforecast import losses

    table = pandas.DataFrame({"unique_id": np.arange(len(y)), "y": y, "p": p})
    models = {"p": "p"} if loss == "quantile_loss" else ["p"]
    return getattr(losses, loss)(table, models=models, **settings)["p"].to_numpy()


# --- formulas of papers ------------------------------------------------------------------------------------


def mpmath(formula: str, y: Any, p: Any, **settings: float) -> Any:
    """A formula of FORMULAS on each pair, in sixty digits, rounded at the end."""
    import mpmath as library

    context = library.MPContext()
    context.dps = DIGITS
    exact = {name: context.mpf(value) for name, value in settings.items()}
    pairs = zip(np.asarray(y).reshape(-1).tolist(), np.asarray(p).reshape(-1).tolist(), strict=True)
    found = [FORMULAS[formula](context, context.mpf(b) - context.mpf(a), **exact) for a, b in pairs]
    return np.array([float(value) for value in found]).reshape(np.shape(y))


def _barron(m: Any, e: Any, alpha: Any, c: Any) -> Any:
    """Equation 8 of Barron (2019), and its limits."""
    x = (e / c) ** 2
    if alpha == 2:
        return x / 2
    if alpha == 0:
        return m.log(x / 2 + 1)
    if alpha < -(10**6):
        return 1 - m.exp(-x / 2)
    b = abs(alpha - 2)
    return b / alpha * ((x / b + 1) ** (alpha / 2) - 1)


def _wing(m: Any, e: Any, w: Any, eps: Any) -> Any:
    """Equation 5 of Feng et al. (2018)."""
    size = abs(e)
    return w * m.log(1 + size / eps) if size < w else size - (w - w * m.log(1 + w / eps))


def _huber(e: Any, kappa: Any) -> Any:
    size = abs(e)
    return e**2 / 2 if size <= kappa else kappa * (size - kappa / 2)


def _pull(m: Any, e: Any, q: Any) -> Any:
    """The weight of a quantile's error p - y."""
    return 1 - q if e > 0 else q


FORMULAS: Mapping[str, Callable[..., Any]] = {
    "barron": _barron,
    "geman_mcclure": lambda m, e, c: e**2 / 2 / (1 + (e / c) ** 2),
    "welsch": lambda m, e, c: c**2 / 2 * (1 - m.exp(-((e / c) ** 2))),
    "wing": _wing,
    "quantile_huber": lambda m, e, tau, kappa: _pull(m, e, tau) * _huber(e, kappa),
    "expectile": lambda m, e, tau: _pull(m, e, tau) * e**2,
    "power": lambda m, e, q: abs(e) ** q,
    "gumbel": lambda m, e, a: m.exp(-a * e) + a * e - 1,
}
