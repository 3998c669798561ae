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
    default; `conventions` holds framework, function, call and in what its number differs (empty where it is
    the same) for every function that computes the loss; `related` says of a framework what else it has."""

    name: str
    title: str
    family: str
    direction: str
    inputs: tuple[tuple[str, str], ...]
    params: tuple[str, ...]
    aliases: tuple[str, ...]
    conventions: tuple[tuple[str, str, str, str], ...]
    related: tuple[tuple[str, str], ...]
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
            "same_as": {name: call for name, _, call, differs in self.conventions if not differs},
            "differs": {name: differs for name, _, _, differs in self.conventions if differs}
            | dict(self.related),
            "frameworks": [
                {"framework": name, "function": function, "call": call, "differs": differs}
                for name, function, call, differs in self.conventions
            ],
            "origin": self.origin,
        }

    def names_in(self, framework: str) -> str:
        """What a framework calls it; a name in brackets gives another number."""
        own = [(function, differs) for name, function, _, differs in self.conventions if name == framework]
        return " ".join(f"({function})" if differs else function for function, differs in own)

    def parameter_names(self) -> str:
        """The names of the parameters, for a narrow table."""
        return " ".join(param.partition(":")[0] for param in self.params)


@dataclass(frozen=True, slots=True)
class ListReport:
    """The losses that were asked for, by family."""

    losses: tuple[ListedLoss, ...]
    total: int
    filters: tuple[str, ...] = ()
    framework: str = ""

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
        """Tab-separated: name, family, kind of target, title, aliases; of one framework its names."""
        if self.framework:
            return [
                "\t".join((e.name, e.family, e.target, e.title, e.names_in(self.framework)))
                for e in self.losses
            ]
        return [
            "\t".join((entry.name, entry.family, entry.target, entry.title, ",".join(entry.aliases)))
            for entry in self.losses
        ]

    def tables(self) -> list[Table]:
        """One table: what a narrow terminal holds first."""
        if self.framework:
            return [self._names_table()]
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

    def _names_table(self) -> Table:
        """The losses of one framework, its names beside ours."""
        columns = (
            Column("loss", "loss"),
            Column("name", self.framework),
            Column("title", "title", drop=1),
            Column("family", "family", drop=2),
        )
        rows = [(e.name, e.names_in(self.framework) or "(related)", e.title, e.family) for e in self.losses]
        notes = [
            self._note(),
            f"in brackets: another number than ours, which NAME:as={self.framework} gives",
        ]
        if any(not e.names_in(self.framework) for e in self.losses):
            notes.append("(related): no such number, but a cousin; losscli explain NAME says which")
        return Table("losses", columns, rows, notes=tuple(notes))

    def _choices(self) -> tuple[str, ...]:
        """What each filter takes, below the whole list."""
        if self.filters:
            return ()
        frameworks = (name for entry in self.losses for name, *_ in entry.conventions)
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
    calls = []
    for framework in FRAMEWORKS:
        own = [(call, differs) for name, _, call, differs in entry.conventions if name == framework]
        said = [f"{call} differs: {differs}" if differs else call for call, differs in own]
        calls.append("; ".join(said) or dict(entry.related).get(framework, ""))
    inputs = " ".join(f"{role}:{kind}" for role, kind in entry.inputs)
    facts = (entry.name, entry.title, entry.family, entry.direction, entry.target, inputs)
    return (*facts, "; ".join(entry.params), " ".join(entry.aliases), *calls, entry.origin)
