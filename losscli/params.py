"""Parameters of losses: kind, default, interval, help, aliases; read from text, checked, printed back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, SupportsFloat, TypeAlias

from losscli.domains import Interval
from losscli.errors import ParamError
from losscli.records import NamedTuple

ParamValue: TypeAlias = float | int | bool | str | tuple[float, ...] | None
"""What a parameter may hold: a number, a word, several numbers; None where it is optional and absent."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Param(NamedTuple):
    """One parameter of a loss.

    `name` is the literature's; `aliases` are the frameworks' names for the same thing on the same scale.
    Either an `interval` bounds a number, or `choices` lists the words. A default of None makes the parameter
    optional. With `many` it holds several numbers, one or more, separated by commas; with `whole` its numbers
    are whole ones. One that `clips` moves values beyond it to it, and none at its default.
    """

    name: str
    default: ParamValue
    words: str
    interval: Interval | None = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    many: bool = False
    whole: bool = False
    clips: bool = False

    @property
    def allowed(self) -> str:
        """What it may hold, in words."""
        if self.choices:
            return "|".join(self.choices)
        one = str(self.interval) if self.interval is not None else "any real number"
        one = one.replace("a number", "a whole number").replace("real", "whole") if self.whole else one
        return f"several, each {one}" if self.many else one

    def __str__(self) -> str:
        allowed = self.allowed
        return f"{self.name}: {self.words} ({allowed}; default {self.show(self.default)})"

    def parse(self, text: str) -> ParamValue:
        """The value that a text means. Raises ParamError."""
        if self.choices:
            word = text.strip().lower()
            return self.check(word if word in self.choices else word.replace("-", "_"))
        if text.strip().lower() == "none" and self.default is None:
            return None
        parts = text.split(",") if self.many else [text]
        for part in parts:
            if not _NUMBER.fullmatch(part.strip()):
                raise ParamError(
                    f"{self.name}={text}: not a number", hint=f"{self.name} takes {self.allowed}"
                )
        return self.check(tuple(map(float, parts)) if self.many else float(text))

    def check(self, value: Any) -> ParamValue:
        """The value, converted to the parameter's kind. Raises ParamError when it is not allowed."""
        if value is None and self.default is None:
            return None
        if self.choices:
            word = f"{value:g}" if isinstance(value, (int, float)) else str(value)
            if word not in self.choices:
                raise ParamError(f"{self.name}={word}: not one of {', '.join(self.choices)}")
            return word
        if not self.many:
            return self._number(value)
        several = [value] if isinstance(value, SupportsFloat) and not hasattr(value, "__len__") else value
        if isinstance(several, (str, bytes)) or not hasattr(several, "__iter__") or not len(several):
            raise ParamError(f"{self.name}={value!r}: no numbers", hint=f"{self.name} takes {self.allowed}")
        return tuple(self._number(one) for one in several)

    def _number(self, value: Any) -> float:
        if (
            isinstance(value, (str, bool))
            or not isinstance(value, SupportsFloat)
            or hasattr(value, "__len__")
        ):
            raise ParamError(f"{self.name}={value!r}: not a number", hint=f"{self.name} takes {self.allowed}")
        number = float(value)
        outside = self.interval is not None and not self.interval.holds(number)
        if not math.isfinite(number) or outside or (self.whole and number != int(number)):
            raise ParamError(
                f"{self.name}={number:g}: out of range", hint=f"{self.name} takes {self.allowed}"
            )
        return number

    def show(self, value: ParamValue) -> str:
        """The value as LOSSES takes it: shortest digits that read back the same."""
        if value is None:
            return "none"
        if isinstance(value, tuple):
            return ",".join(self.show(one) for one in value)
        if isinstance(value, float):
            return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        return str(value)


def resolve(params: tuple[Param, ...], given: Mapping[str, ParamValue], owner: str) -> dict[str, ParamValue]:
    """Every parameter's value: what was given (under its name or an alias), else the default.

    Raises ParamError for a name that is no parameter, one given twice, or a value out of range.
    """
    found: dict[str, ParamValue] = {}
    for name, value in given.items():
        param = find(params, name, owner)
        if param.name in found:
            raise ParamError(f"{owner}: {param.name} is given twice")
        found[param.name] = param.check(value)
    return {param.name: found.get(param.name, param.default) for param in params}


def find(params: tuple[Param, ...], name: str, owner: str) -> Param:
    """The parameter with this name or alias. Raises ParamError, which lists what there is."""
    wanted = name.strip().lower().replace("-", "_")
    for param in params:
        if wanted in (param.name, *param.aliases):
            return param
    known = ", ".join(str(param) for param in params) or f"{owner} has no parameters"
    raise ParamError(f"{owner} has no parameter {name!r}", hint=known)


def as_number(value: ParamValue) -> float:
    """A parameter that holds one number."""
    assert isinstance(value, (int, float)), value
    return float(value)


def as_numbers(value: ParamValue) -> tuple[float, ...]:
    """A parameter that holds several numbers."""
    assert isinstance(value, tuple), value
    return value
