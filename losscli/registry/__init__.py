"""The registry: the Loss record, `@loss`, lookup by name and alias, nearest names, the LOSSES grammar."""

from __future__ import annotations

from losscli.registry.bound import BoundLoss
from losscli.registry.conventions import Convention
from losscli.registry.facts import (
    Accuracy,
    BestConstant,
    FrequencyConstant,
    Input,
    MomentsConstant,
    NoConstant,
    NoPerfect,
    Perfect,
    QuantileConstant,
    Shape,
    Statistic,
    Values,
    cells,
    classes,
    numbers,
    plain,
    series,
    square,
    tensors,
    vectors,
    zero_rows,
)
from losscli.registry.grammar import bind, bind_loss, parse_losses, twice
from losscli.registry.lookup import all_losses, families, get, nearest
from losscli.registry.record import Loss, loss

__all__ = [
    "Accuracy",
    "BestConstant",
    "BoundLoss",
    "Convention",
    "FrequencyConstant",
    "Input",
    "Loss",
    "MomentsConstant",
    "NoConstant",
    "NoPerfect",
    "Perfect",
    "QuantileConstant",
    "Shape",
    "Statistic",
    "Values",
    "all_losses",
    "bind",
    "bind_loss",
    "cells",
    "classes",
    "families",
    "get",
    "loss",
    "nearest",
    "numbers",
    "parse_losses",
    "plain",
    "series",
    "square",
    "tensors",
    "twice",
    "vectors",
    "zero_rows",
]
