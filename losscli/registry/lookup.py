"""The registry: losses by name and alias, and what to say to a name that is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from losscli.errors import UnknownLoss
from losscli.registry.record import Loss

_LOSSES: dict[str, Loss] = {}
_NAMES: dict[str, str] = {}

ADVICE = {
    "ce": "bce or bce_logits (binary), categorical_ce or sparse_categorical_ce (probabilities), "
    "softmax_ce or sparse_softmax_ce (logits)",
    "cross_entropy": "softmax_ce or sparse_softmax_ce on logits (torch's cross_entropy), "
    "categorical_ce on probabilities, cross_entropy_dist for two distributions",
    "crossentropy": "bce, categorical_ce or sparse_categorical_ce on probabilities, softmax_ce on logits",
    "log_loss": "bce for one column of probabilities, sparse_categorical_ce for a column per class",
    "logloss": "bce for one column of probabilities, sparse_categorical_ce for a column per class",
    "l1": "mae",
    "l2": "mse (the square) or half_squared_error (half of it, optax's l2_loss)",
    "l2_loss": "mse (the square) or half_squared_error (half of it, optax's l2_loss)",
    "mean_absolute_percentage_error": "mape, a share; Keras's is in percent, 100 times as large",
    "mean_squared_logarithmic_error": "msle; Keras's first puts 1e-7 for all values below it",
    "quantile_loss": "pinball:tau=0.9 for the 0.9-quantile; GluonTS's is twice as large",
    "kl_div": "kl on probabilities, in both files; torch's takes log-probabilities",
    "hinge_loss": "hinge (labels 0/1 or -1/+1); optax and scikit-learn read labels in other ways",
    "logistic_loss": "bce on probabilities, bce_logits or soft_margin on scores",
    "accuracy": "zero_one (1 - accuracy); bce or brier judge the probabilities themselves",
    "auc": "bce or brier: ranking scores such as AUC are no losses of single rows",
    "roc_auc": "bce or brier: ranking scores such as AUC are no losses of single rows",
    "f1": "zero_one, or bce for the probabilities themselves",
    "r2": "mse: its skill against the best constant is R2",
    "nll": "sparse_categorical_ce on probabilities, sparse_softmax_ce on logits",
    "poisson": "no Poisson loss is built yet; msle is the nearest for counts",
}
"""Words that people try and that are no name of a loss here, with what fits."""


def normalise(name: str) -> str:
    """A name as the registry keeps it: lower case, `_` for `-` and for blanks."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


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
    if key in _NAMES:
        return _LOSSES[_NAMES[key]]
    if key in ADVICE:
        raise UnknownLoss(f"{name!r} is no loss, or more than one", hint=f"use {ADVICE[key]}")
    near = nearest(key)
    raise UnknownLoss(
        f"unknown loss {name!r}",
        hint=f"did you mean {', '.join(near)}? `losscli list` prints all"
        if near
        else "`losscli list` prints all",
    )


def nearest(name: str) -> list[str]:
    """Up to five canonical names whose name or alias looks or begins like `name`."""
    key = normalise(name)
    close = difflib.get_close_matches(key, _NAMES, n=8, cutoff=0.6)
    starts = [known for known in _NAMES if len(key) > 2 and (known.startswith(key) or key in known)]
    return list(dict.fromkeys(_NAMES[known] for known in [*close, *starts]))[:5]


def all_losses() -> Iterator[Loss]:
    """Every loss, by family and in the order of their files."""
    return iter(_LOSSES.values())


def families() -> list[str]:
    """The families that have a loss, in order."""
    return list(dict.fromkeys(record.family for record in _LOSSES.values()))
