"""A topic of `losscli explain`."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the word that is typed, its title, the words that mean the same, and its text."""

    name: str
    title: str
    text: str
    aliases: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The text, line by line, without indentation."""
        return (f"{self.name}  {self.title}", "", *cleandoc(self.text).splitlines())
