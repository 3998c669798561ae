"""Where a law does not apply, a fact in the loss's record says so; every case is kept here and printed."""

from __future__ import annotations

from collections import defaultdict

EXEMPTIONS: defaultdict[tuple[str, str], set[str]] = defaultdict(set)


def exempt(law: str, loss: str, fact: str) -> None:
    """Write down that a law did not apply to a loss, and the fact that says why."""
    EXEMPTIONS[law, fact].add(loss)
