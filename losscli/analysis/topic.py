"""A topic of `losscli explain`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Final

from losscli.records import NamedTuple

NUMBERS: Final = "{numbers}"
"""The line of a topic's text in whose place the computed lines stand."""


class Computed(NamedTuple):
    """What a topic computes when it is asked for: lines for people, and the same numbers by name."""

    lines: Sequence[str]
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the word that is typed, its title, the words that mean the same, and its text.

    `compute` gives the numbers of a topic that shows some; they are computed by the losses themselves.
    """

    name: str
    title: str
    text: str
    aliases: tuple[str, ...] = ()
    compute: Callable[[], Computed] | None = None

    def lines(self, computed: Computed | None = None) -> tuple[str, ...]:
        """The text, line by line, without indentation; `computed` saves computing the numbers again."""
        found: list[str] = [f"{self.name}  {self.title}", ""]
        for line in cleandoc(self.text).splitlines():
            if line == NUMBERS and self.compute is not None:
                found += (computed or self.compute()).lines
            else:
                found.append(line)
        return tuple(found)
