"""Names that other frameworks give their losses (`torch.mse_loss`, `BCELoss`), and the loss here that they
mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from losscli.errors import ParamError

if TYPE_CHECKING:
    from losscli.registry.conventions import Convention
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
        *(convention.framework for loss in losses.values() for convention in loss.conventions),
        *(key for loss in losses.values() for key in loss.differs),
    }
    return word if dot and rest and word in known else None


def spellings(name: str) -> list[str]:
    """The last part of a dotted name as a registry could hold it.

    >>> spellings("torch.nn.BCEWithLogitsLoss")
    ['bce_with_logits_loss', 'bce_with_logits']
    """
    snake = _HUMP.sub("_", name.strip().rpartition(".")[2]).lower()
    return list(dict.fromkeys([snake, snake.removesuffix("_loss")]))


def functions(name: str, framework: str | None, losses: Mapping[str, Loss]) -> list[tuple[Loss, Convention]]:
    """Every loss and convention whose function has this name, in one framework or (None) in any; a name as
    it is typed there goes before its other spellings (Keras's class before its function), in its own case
    before any other."""
    exact = name.strip().rpartition(".")[2]
    typed = exact.lower().replace("-", "_")
    found = _named({typed}, framework, losses) or _named({*spellings(name)}, framework, losses)
    return [entry for entry in found if exact in entry[1].all_names] or found


def _named(
    wanted: set[str], framework: str | None, losses: Mapping[str, Loss]
) -> list[tuple[Loss, Convention]]:
    found = []
    for loss in losses.values():
        for convention in loss.conventions:
            names = {word.lower().replace("-", "_") for word in convention.all_names}
            if framework in (None, convention.framework) and names & wanted:
                found.append((loss, convention))
    return found


def convention_of(loss: Loss, word: str) -> Convention:
    """The convention that `as=WORD` means: a framework's first one for this loss, or FRAMEWORK.FUNCTION; case
    matters only where Keras has a class and a function of one name. Raises ParamError, which says who has
    it."""
    first, dot, _ = word.strip().lower().partition(".")
    framework = SPELLINGS.get(first, first)
    own = [one for one in loss.conventions if one.framework == framework]
    if dot:
        typed = word.strip().rpartition(".")[2]
        own = [one for one in own if typed.lower() in {name.lower() for name in one.all_names}]
        own = [one for one in own if typed in one.all_names] or own
    if own:
        return own[0]
    known = list(dict.fromkeys(one.framework for one in loss.conventions))
    more = f"{framework} {loss.differs[framework]}; " if framework in loss.differs else ""
    have = f"it is in {', '.join(known)}" if known else "no framework has it"
    raise ParamError(
        f"{loss.name}:as={word}: {framework or 'an empty word'} has no such loss", hint=more + have
    )


def difference(loss: Loss, framework: str) -> str:
    """How the framework's number differs from this loss's, or which call gives the same, and where to read
    more."""
    word = SPELLINGS.get(framework.lower(), framework.lower())
    more = f"`losscli explain {loss.name}` compares the frameworks"
    if word in loss.differs:
        return f"{word} {loss.differs[word]}; {more}"
    for own in loss.conventions:
        if own.framework == word:
            return f"{own.call} {own.differs or 'gives the same number'}; {more}"
    return more
