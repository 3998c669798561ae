"""Calls of other libraries as records: the record that prints itself is the one that is carried out."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
# The name under which a library is installed, where it is not the name it is imported by.
DISTRIBUTIONS = {"sklearn": "scikit-learn"}
# Libraries that compute in single precision, whatever they are given.
SINGLE = frozenset({"keras"})


@dataclass(frozen=True)
class Name:
    """One of the case's arrays, by its name."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function of another library by its dotted name, its arguments and its options."""

    function: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def library(self) -> str:
        """The library that did the work, as it is installed: numpy only where nothing else is called."""
        below = [argument.library for argument in self.arguments if isinstance(argument, Call)]
        module = self.function.split(".")[0]
        own = DISTRIBUTIONS.get(module, module)
        if module == "tests":  # a script of ours that only hands on to the library it is named after
            own = DISTRIBUTIONS.get(name := self.function.rpartition(".")[2], name)
        return next((name for name in below if own == "numpy" and name != "numpy"), own)

    @property
    def version(self) -> str:
        """The installed version of that library, without the mark of a build."""
        return version(self.library).split("+")[0]

    def __str__(self) -> str:
        parts = [shown(argument) for argument in self.arguments]
        parts += [f"{key}={shown(value)}" for key, value in self.options.items()]
        return f"{self.function}({', '.join(parts)})"

    def carry_out(self, arrays: Arrays) -> Any:
        """The result as NumPy knows it."""
        function = resolve(self.function)
        own = self.function.split(".")[0]
        arguments = [given(argument, arrays, own) for argument in self.arguments]
        options = {key: given(value, arrays, own) for key, value in self.options.items()}
        return np.asarray(function(*arguments, **options))


def call(function: str, *arguments: Any, **options: Any) -> Call:
    """A call; text arguments are names of the case's arrays, text options are constants."""
    names = tuple(Name(argument) if isinstance(argument, str) else argument for argument in arguments)
    return Call(function, names, options)


def shown(value: object) -> str:
    """As it would be typed."""
    if isinstance(value, Name):
        return value.text
    return str(value) if isinstance(value, Call) else repr(value)


def given(value: Any, arrays: Arrays, library: str) -> Any:
    """The argument itself, as a tensor where the function works on those of torch."""
    if isinstance(value, Call):
        value = value.carry_out(arrays)
    elif isinstance(value, Name):
        value = arrays[value.text]
    if library in ("torch", "torchmetrics") and isinstance(value, np.ndarray):
        return resolve("torch.from_numpy")(value)
    return value


def resolve(dotted: str) -> Any:
    """The function of this dotted name; JAX counts in 64 bits for optax and rax, in 32 for Keras."""
    parts = dotted.split(".")
    if parts[0] in ("optax", "rax", "keras") or parts[-1] == "keras":
        importlib.import_module("jax").config.update("jax_enable_x64", parts[0] in ("optax", "rax"))
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(dotted)
