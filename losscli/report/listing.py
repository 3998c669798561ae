"""What `list` found: the losses with their facts, as records for machines and a table for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from losscli import __version__
from losscli.report.compute import SCHEMA
from losscli.report.tables import Column, Finding, Table

FRAMEWORKS = ("torch", "keras", "optax", "sklearn")
"""The frameworks whose functions a loss is compared with, in the order in which they are printed."""


@dataclass(frozen=True, slots=True)
class ListedLoss:
    """One loss as `list` shows it.

    `inputs` holds (role, kind of values) in order; `params` holds each parameter with its range and
    default; `same_as` and `differs` map a framework to its call, and to how its number differs."""

    name: str
    title: str
    family: str
    direction: str
    inputs: tuple[tuple[str, str], ...]
    params: tuple[str, ...]
    aliases: tuple[str, ...]
    same_as: tuple[tuple[str, str], ...]
    differs: tuple[tuple[str, str], ...]
    origin: str = "losscli"

    @property
    def target(self) -> str:
        """The kind of the target's values; of a loss without target, of its first input."""
        kinds = dict(self.inputs)
        return kinds.get("target", self.inputs[0][1])

    def plain(self) -> dict[str, Any]:
        """The entry of JSON."""
        return {
            "loss": self.name,
            "title": self.title,
            "family": self.family,
            "direction": self.direction,
            "target": self.target,
            "inputs": [{"role": role, "kind": kind} for role, kind in self.inputs],
            "params": list(self.params),
            "aliases": list(self.aliases),
            "same_as": dict(self.same_as),
            "differs": dict(self.differs),
            "origin": self.origin,
        }

    def parameter_names(self) -> str:
        """The names of the parameters, for a narrow table."""
        return " ".join(param.partition(":")[0] for param in self.params)


@dataclass(frozen=True, slots=True)
class ListReport:
    """The losses that were asked for, by family."""

    losses: tuple[ListedLoss, ...]
    total: int
    filters: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "list"

    def plain(self) -> dict[str, Any]:
        """Strict data for JSON."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "command": self.command,
            "total": self.total,
            "losses": [entry.plain() for entry in self.losses],
        }

    def findings(self) -> list[Finding]:
        """No list warns."""
        return []

    def main_table(self) -> Table:
        """One record a loss, complete."""
        names = (
            "loss",
            "title",
            "family",
            "direction",
            "target",
            "inputs",
            "params",
            "aliases",
            *FRAMEWORKS,
            "origin",
        )
        return Table(
            "losses", tuple(Column(name, name) for name in names), [_record(entry) for entry in self.losses]
        )

    def lines(self) -> list[str]:
        """Tab-separated: name, family, kind of target, title, aliases."""
        return [
            "\t".join((entry.name, entry.family, entry.target, entry.title, ",".join(entry.aliases)))
            for entry in self.losses
        ]

    def tables(self) -> list[Table]:
        """One table: what a narrow terminal holds first."""
        columns = (
            Column("loss", "loss"),
            Column("title", "title"),
            Column("family", "family", drop=1),
            Column("target", "target"),
            Column("params", "parameters", drop=2),
            Column("aliases", "also called", drop=3),
        )
        rows = [
            (e.name, e.title, e.family, e.target, e.parameter_names(), " ".join(e.aliases[:3]))
            for e in self.losses
        ]
        notes = (self._note(), *self._choices(), "losscli explain NAME tells all about one")
        return [Table("losses", columns, rows, notes=notes)]

    def _choices(self) -> tuple[str, ...]:
        """What each filter takes, below the whole list."""
        if self.filters:
            return ()
        frameworks = (name for entry in self.losses for name, _ in (*entry.same_as, *entry.differs))
        choices = {
            "--family": [entry.family for entry in self.losses],
            "--target": [entry.target for entry in self.losses],
            "--framework": [*FRAMEWORKS, *frameworks],
        }
        return tuple(f"{name:<11}  {', '.join(dict.fromkeys(words))}" for name, words in choices.items())

    def _note(self) -> str:
        if self.filters:
            return f"{len(self.losses)} of {self.total} losses with {', '.join(self.filters)}"
        return f"{self.total} losses; filter them by a TEXT or by"


def _record(entry: ListedLoss) -> tuple[str, ...]:
    same, differs = dict(entry.same_as), dict(entry.differs)
    calls = [
        same.get(name) or (f"differs: {differs[name]}" if name in differs else "") for name in FRAMEWORKS
    ]
    inputs = " ".join(f"{role}:{kind}" for role, kind in entry.inputs)
    facts = (entry.name, entry.title, entry.family, entry.direction, entry.target, inputs)
    return (*facts, "; ".join(entry.params), " ".join(entry.aliases), *calls, entry.origin)
