"""The registry: losses by name and alias, and what to say to a name that is none."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence

from losscli.errors import UnknownLoss
from losscli.registry.conventions import Convention
from losscli.registry.foreign import difference, framework_of, functions, spellings
from losscli.registry.record import Loss

_LOSSES: dict[str, Loss] = {}
_NAMES: dict[str, str] = {}
_loaders: list[Callable[[str | None], None]] = []

ADVICE = {
    "ce": "bce or bce_logits (binary), categorical_ce or sparse_categorical_ce (probabilities), "
    "softmax_ce or sparse_softmax_ce (logits)",
    "cross_entropy": "softmax_ce or sparse_softmax_ce on logits (torch's cross_entropy), "
    "categorical_ce on probabilities, cross_entropy_dist for two distributions",
    "crossentropy": "bce, categorical_ce or sparse_categorical_ce on probabilities, softmax_ce on logits",
    "l1": "mae",
    "l2": "mse (the square) or half_squared_error (half of it, optax's l2_loss)",
    "l2_loss": "mse (the square) or half_squared_error (half of it, optax's l2_loss)",
    "logistic_loss": "bce on probabilities, bce_logits or soft_margin on scores",
    "accuracy": "zero_one (1 - accuracy); bce or brier judge the probabilities themselves",
    "auc": "bce or brier: ranking scores such as AUC are no losses of single rows",
    "roc_auc": "bce or brier: ranking scores such as AUC are no losses of single rows",
    "f1": "zero_one, or bce for the probabilities themselves",
}
"""Words that people try and that are no name of a loss here, with what fits."""


def normalise(name: str) -> str:
    """A name as the registry keeps it: lower case, `_` for `-` and for blanks."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def use_loader(loader: Callable[[str | None], None]) -> None:
    """Have losses registered when they are asked for: `loader` takes a name, or None for all of them."""
    _loaders.append(loader)


def _load(name: str | None = None) -> None:
    for loader in _loaders:
        loader(name)


def _known(name: str) -> bool:
    """Whether a normalised name is a loss's, once the modules that mention it are there."""
    if name not in _NAMES:
        _load(name)
    return name in _NAMES


def register(record: Loss) -> Loss:
    """Enter a loss under its name and aliases. Raises ValueError when a name is taken: a bug, not a user's
    mistake."""
    for name in (record.name, *record.aliases):
        key = normalise(name)
        if key in _NAMES:
            raise ValueError(f"{record.name}: the name {name!r} belongs to {_NAMES[key]} already")
        _NAMES[key] = record.name
    _LOSSES[record.name] = record
    return record


def get(name: str) -> Loss:
    """The loss with this name or alias. Raises UnknownLoss with the nearest names."""
    key = normalise(name)
    if _known(key):
        return _LOSSES[_NAMES[key]]
    _load()
    raise _unknown(name)


def candidates(name: str) -> list[tuple[Loss, Convention | None]]:
    """What a name in LOSSES means: one loss, or several that take inputs of other shapes; with a convention
    where a framework is named. Raises UnknownLoss."""
    key = normalise(name)
    if _known(key):
        return [(_LOSSES[_NAMES[key]], None)]
    _load()
    framework = framework_of(name, _LOSSES)
    if framework is not None:
        found = functions(name, framework, _LOSSES)
        if not _told_apart(found):  # what the function does unless an argument asks for something else
            found = [(loss, own) for loss, own in found if own.by_default] or found
        if _told_apart(found):
            return list(found)
        raise _unknown(name) if not found else _ambiguous(name, found)
    meant = functions(name, None, _LOSSES)
    if meant and key not in ADVICE:
        losses = list({loss.name: loss for loss, _ in meant}.values())
        if all(own.same or own.edge for _, own in meant) and _told_apart([(loss, None) for loss in losses]):
            only = meant[0][1]  # where it says which parameters are meant, the name goes on saying so
            named = only if len(meant) == 1 and only.same and only.params else None
            return [(loss, named) for loss in losses]
        raise _ambiguous(name, meant)
    raise _unknown(name)


def _told_apart(found: Sequence[tuple[Loss, Convention | None]]) -> bool:
    """Whether the inputs' shapes alone decide which of several losses is meant."""
    forms = [tuple((entry.role, entry.shape) for entry in loss.inputs) for loss, _ in found]
    roles = {tuple(role for role, _ in form) for form in forms}
    return len(set(forms)) == len(forms) and len(roles) == 1


def _ambiguous(name: str, found: Sequence[tuple[Loss, Convention | None]]) -> UnknownLoss:
    first: dict[tuple[str, str], Convention] = {}
    for loss, own in found:
        if own is not None:
            first.setdefault((own.framework, loss.name), own)
    words = [f"{framework}.{own.name} is {loss}" for (framework, loss), own in first.items()]
    losses = dict.fromkeys(loss.name for loss, _ in found)
    names = [f"{loss}:as={framework}" for framework, loss in first]
    choice = " or ".join(losses) if len(losses) > 1 else " or ".join(names)
    return UnknownLoss(f"{name!r} has several meanings: {'; '.join(words)}", hint=f"say which: {choice}")


def _unknown(name: str) -> UnknownLoss:
    key = normalise(name)
    if key in ADVICE:
        return UnknownLoss(f"no loss is called {name!r}", hint=f"use {ADVICE[key]}")
    return UnknownLoss(f"unknown loss {name!r}", hint=foreign_answer(name) or _near_answer(name))


def _near_answer(name: str) -> str:
    near = nearest(name)
    start = f"did you mean {', '.join(near)}? " if near else ""
    return f"{start}`losscli list` prints all"


def foreign_answer(name: str) -> str:
    """What to type instead of another framework's name that is none of ours; empty where it is no such
    name."""
    _load()
    framework = framework_of(name, _LOSSES)
    words = spellings(name)
    if framework is None and ("." in name or normalise(name) in words):
        return ""
    advice = next((ADVICE[word] for word in words if word in ADVICE), None)
    if advice is not None:
        return f"use {advice}"
    found = [_NAMES[word] for word in words if word in _NAMES][:1]
    if found:
        return f"use {found[0]}; {difference(_LOSSES[found[0]], framework or '')}"
    near = nearest(words[-1])
    start = f"did you mean {', '.join(near)}? " if near else ""
    return f"{start}`losscli list --framework {framework}` prints what it has" if framework else ""


def is_advised(name: str) -> bool:
    """Whether a name that is no loss's is one that other tools give a loss or a score."""
    return normalise(name) in ADVICE or bool(foreign_answer(name))


def nearest(name: str) -> list[str]:
    """Up to five canonical names whose name or alias looks or begins like `name`."""
    _load()
    key = normalise(name)
    close = difflib.get_close_matches(key, _NAMES, n=8, cutoff=0.6)
    starts = [known for known in _NAMES if len(key) > 2 and (known.startswith(key) or key in known)]
    return list(dict.fromkeys(_NAMES[known] for known in [*close, *starts]))[:5]


def all_losses() -> Iterator[Loss]:
    """Every loss, by its module's name and in the order in which it stands there."""
    _load()
    return iter(sorted(_LOSSES.values(), key=lambda record: record.function.__module__))


def families() -> list[str]:
    """The families that have a loss, in order."""
    return list(dict.fromkeys(record.family for record in all_losses()))
