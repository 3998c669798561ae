"""Which parameter values the tests try for a loss: the defaults, every choice, ordinary numbers."""

from __future__ import annotations

import os
import secrets

import numpy as np

from losscli.params import Param, ParamValue
from losscli.registry import Loss
from tests.shapes import fits_some_shape

USUAL_SEED = 20261121


def _seed() -> int:
    if os.environ.get("LOSSCLI_TEST_SEED") == "random":
        os.environ["LOSSCLI_TEST_SEED"] = str(secrets.randbelow(2**32))  # the other workers take the same
    return int(os.environ.setdefault("LOSSCLI_TEST_SEED", str(USUAL_SEED)))


FRESH_SEED = _seed()
"""The same each run, so that a change alone decides whether the tests pass; LOSSCLI_TEST_SEED=random draws
another one, which pytest's header prints."""


def other_values(param: Param, generator: np.random.Generator) -> list[ParamValue]:
    """Good values of a parameter besides its default."""
    if param.choices:
        return [choice for choice in param.choices if choice != param.default]
    if param.interval is None:
        return []
    length = len(param.default) if isinstance(param.default, tuple) else 4
    shape = (2, length) if param.many else (2,)
    values = param.interval.good(generator, shape, 1)
    values = np.rint(values) if param.whole else values
    kept = [value for value in values if all(map(param.interval.holds, np.atleast_1d(value)))]
    return [tuple(map(float, value)) if param.many else float(value) for value in kept]


def settings(loss: Loss, seed: int = 0) -> list[dict[str, ParamValue]]:
    """The parameters' values to try: all defaults, then one parameter changed at a time."""
    generator = np.random.default_rng(seed)
    found = [loss.resolve({})]
    for param in loss.params:
        tried = [loss.resolve({param.name: value}) for value in other_values(param, generator)]
        found += [params for params in (_made_to_fit(loss, param, values) for values in tried) if params]
    return found


def _made_to_fit(loss: Loss, param: Param, params: dict[str, ParamValue]) -> dict[str, ParamValue]:
    """The values, the changed one moved towards its default until the others allow it; none if they never
    do."""
    for _ in range(20):
        if fits_some_shape(loss, params):
            return params
        value, usual = params[param.name], param.default
        if not isinstance(value, float) or not isinstance(usual, float):
            break
        nearer = usual + 0.7 * (value - usual)
        params = {**params, param.name: float(round(nearer)) if param.whole else nearer}
    return {}
