"""The registry: the Loss record, `@loss`, lookup by name and alias, nearest names, the LOSSES grammar."""

from __future__ import annotations

from losscli.registry.facts import (
    Accuracy,
    BestConstant,
    FrequencyConstant,
    Input,
    MomentsConstant,
    NoConstant,
    Perfect,
    QuantileConstant,
    Shape,
    Statistic,
    Values,
    cells,
    classes,
    plain,
    square,
    vectors,
    zero_rows,
)
from losscli.registry.grammar import BoundLoss, bind, parse_losses
from losscli.registry.lookup import all_losses, families, get, nearest
from losscli.registry.record import Loss, loss

__all__ = [
    "Accuracy",
    "BestConstant",
    "BoundLoss",
    "FrequencyConstant",
    "Input",
    "Loss",
    "MomentsConstant",
    "NoConstant",
    "Perfect",
    "QuantileConstant",
    "Shape",
    "Statistic",
    "Values",
    "all_losses",
    "bind",
    "cells",
    "classes",
    "families",
    "get",
    "loss",
    "nearest",
    "parse_losses",
    "plain",
    "square",
    "vectors",
    "zero_rows",
]
