"""Every registered loss, for tests that run over all of them: none is left out by name."""

from __future__ import annotations

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.registry import Loss, all_losses

LOSSES: tuple[Loss, ...] = tuple(all_losses())


def by_name(loss: object) -> str:
    """How a test's parameter is shown."""
    return loss.name if isinstance(loss, Loss) else str(loss)
