"""What `make_expected.py` wrote, and the values that it and the tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from losscli.arrays import Floats

EXPECTED: dict[str, Any] = json.loads(Path(__file__).with_name("expected.json").read_text(encoding="ascii"))


def losses(rows: int) -> Floats:
    """The skewed differences that `make_expected.py` makes its numbers of."""
    place = np.arange(1, rows + 1)
    return np.log1p(place * 0.618033988749 % 1.0 * 6.0) - 1.0 + 2.0 * (place * 0.7548776662 % 1.0) ** 6
