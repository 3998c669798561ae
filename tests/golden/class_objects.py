"""Losses of several classes that are objects elsewhere, or compute in another precision than their arrays.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any


def monai(name: str, y: Any, p: Any, **settings: Any) -> Any:
    """A class of monai.losses on logits, of which p is the softmax: its mean over the classes."""
    import torch

    library = importlib.import_module("monai.losses")
    made = getattr(library, name)(use_softmax=True, reduction="none", **settings)
    return made(torch.from_numpy(p).log(), torch.from_numpy(y)).mean(dim=1)


def rax(name: str, y: Any, z: Any, **settings: Any) -> Any:
    """A function of rax on lists, each a row, in double precision."""
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    return getattr(importlib.import_module("rax"), name)(z, y, reduce_fn=None, **settings)
