"""Names that other frameworks give their losses (`torch.mse_loss`, `BCELoss`), and the loss here that they
mean. They are answered, not accepted: a framework's number may follow a convention of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losscli.registry.record import Loss

SPELLINGS = {"pytorch": "torch", "tf": "keras", "tensorflow": "keras", "scikit-learn": "sklearn"}
"""Other words for a framework."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def framework_of(name: str, losses: Mapping[str, Loss]) -> str | None:
    """The framework that a dotted name begins with; None where it begins with none.

    >>> framework_of("y.csv", {}), framework_of("tf.keras.losses.MSE", {})
    (None, 'keras')
    """
    first, dot, rest = name.strip().partition(".")
    word = SPELLINGS.get(first.lower(), first.lower())
    known = {
        *SPELLINGS.values(),
        *(key for loss in losses.values() for key in (*loss.same_as, *loss.differs)),
    }
    return word if dot and rest and word in known else None


def spellings(name: str) -> list[str]:
    """The last part of a dotted name as a registry could hold it.

    >>> spellings("torch.nn.BCEWithLogitsLoss")
    ['bce_with_logits_loss', 'bce_with_logits']
    """
    snake = _HUMP.sub("_", name.strip().rpartition(".")[2]).lower()
    return list(dict.fromkeys([snake, snake.removesuffix("_loss")]))


def by_call(name: str, framework: str, losses: Mapping[str, Loss]) -> list[str]:
    """The losses whose number the framework's function of this name gives."""
    call = re.compile(rf"\b{re.escape(name.rpartition('.')[2])}\(")
    return [key for key, loss in losses.items() if call.search(loss.same_as.get(framework, ""))]


def difference(loss: Loss, framework: str) -> str:
    """How the framework's number differs from this loss's, or which call gives the same, and where to read
    more."""
    word = SPELLINGS.get(framework.lower(), framework.lower())
    more = f"`losscli explain {loss.name}` compares the frameworks"
    if word in loss.differs:
        return f"{word} {loss.differs[word]}; {more}"
    if word in loss.same_as:
        return f"{loss.same_as[word]} gives the same number; {more}"
    return more
