"""What a check asks for, before anything is read: what is computed, and what is required of it."""

from __future__ import annotations

from typing import NamedTuple

from losscli.analysis.gate import Tolerance
from losscli.analysis.requirements import Requirement
from losscli.engine.request import Request


class Asked(NamedTuple):
    """One check as the library understands it."""

    request: Request
    requirements: tuple[Requirement, ...]
    tolerance: Tolerance
