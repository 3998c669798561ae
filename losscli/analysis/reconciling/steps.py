"""A step away from what was asked about, and the call of losscli that a candidate stands for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from losscli.engine.request import Request
from losscli.records import NamedTuple
from losscli.sources.grammar import parse_source


class Step(NamedTuple):
    """One way in which a number may come about otherwise.

    `kind` is inputs, loss, reduction or number; `cost` says how far it leads away: 1 for what frameworks do
    by default, 2 for what people do now and then, 3 and more for the rest.
    """

    kind: str
    name: str
    words: str
    cost: float = 1.0


class Call(NamedTuple):
    """A call of `losscli compute`: what it is asked for, of which sources, with which options."""

    spec: str
    sources: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def having(self, name: str, value: str) -> Call:
        """The call with one option set."""
        return self.without(name)._replace(options=(*self.without(name).options, (name, value)))

    def without(self, name: str) -> Call:
        """The call without an option."""
        return self._replace(options=tuple(entry for entry in self.options if entry[0] != name))

    @property
    def swapped(self) -> Call | None:
        """The call with target and prediction in each other's place; None where it cannot be typed so."""
        if len(self.sources) != 2:
            return None
        first, second = self.sources
        parsed = parse_source(first)
        if second.startswith(":"):
            if parsed.path is None or parsed.columns is None:
                return None
            return self._replace(sources=(parsed.path + second, first[len(parsed.path) :]))
        return self._replace(sources=(second, first))

    @property
    def text(self) -> str:
        """The command, ready to paste."""
        words = [word for name, value in self.options for word in _option(name, value)]
        return shlex.join(["losscli", "compute", self.spec, *self.sources, *words])


def _option(name: str, value: str) -> list[str]:
    if not value:
        return [name]
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


def call_of(request: Request, spec: str) -> Call | None:
    """The call that a request came from; None where its sources are arrays."""
    sources: Sequence[object] = request.sources
    weight = "" if request.weight is None else request.weight
    if not all(isinstance(one, str) for one in (*sources, weight)):
        return None
    given: list[tuple[str, object]] = [("--weight", weight)]
    given += [("--id", key) for key in request.id]
    given.append(("--labels", ",".join(request.labels)))
    given += [
        (f"--{name}", value)
        for name, value, usual in (
            ("unpaired", request.unpaired, "error"),
            ("missing", request.missing, "error"),
            ("delimiter", request.delimiter, None),
            ("input-format", request.input_format, None),
        )
        if value != usual
    ]
    options = [(name, str(value)) for name, value in given if value]
    if request.header is not None:
        options.append(("--header" if request.header else "--no-header", ""))
    return Call(spec, tuple(str(one) for one in sources), tuple(options))
