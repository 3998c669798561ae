"""The command to type: the sources and the options about reading as they were given, one thing changed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from losscli.analysis.inspecting.look import Look
from losscli.records import NamedTuple
from losscli.sources.records import Source


class Commands(NamedTuple):
    """Writes calls of the command line; of the library where the inputs are arrays."""

    look: Look

    @property
    def on_files(self) -> bool:
        """Whether all inputs are sources of the command line."""
        return all(isinstance(text, (str, Path)) for text in self.look.request.sources)

    def compute(self, spec: str, labels: Sequence[str] = (), sources: Sequence[str] = ()) -> str:
        """`losscli compute SPEC` of the same rows."""
        if not self.on_files:
            more = f", labels={','.join(labels)!r}" if labels else ""
            return f'losscli.compute("{spec}", target, prediction{more})'
        given = list(sources) or self.sources
        return " ".join(["losscli compute", shlex.quote(spec), *given, *self.options(labels)])

    def inspect(self, sources: Sequence[str]) -> str:
        """`losscli inspect` of other sources."""
        return " ".join(["losscli inspect", *sources, *self.options()])

    @property
    def sources(self) -> list[str]:
        """The sources as they are typed."""
        return [shlex.quote(str(text)) for text in self.look.request.sources]

    def options(self, labels: Sequence[str] = ()) -> list[str]:
        """The options about reading and pairing as they are typed."""
        request = self.look.request
        found = []
        for key in request.id:
            found += ["--id", shlex.quote(key)]
        words = tuple(labels) or request.labels
        if words:
            text = shlex.quote(",".join(words))
            found += [f"--labels={text}"] if text.startswith("-") else ["--labels", text]
        for name in ("weight", "delimiter", "input_format"):
            value = getattr(request, name)
            if value is not None:
                found += [f"--{name.replace('_', '-')}", shlex.quote(str(value))]
        for name in ("unpaired", "missing"):
            if getattr(request, name) != "error":
                found += [f"--{name}", getattr(request, name)]
        if request.header is not None:
            found.append("--header" if request.header else "--no-header")
        return found

    def source(self, role: int) -> Source:
        """The opened file of an input."""
        return self.look.plan.streams[self.look.feeds[role].stream].source

    def columns(self, role: int, order: Sequence[int] | None = None) -> str:
        """An input as SOURCE with its columns named (by position where a name needs it), in another order."""
        feed = self.look.feeds[role]
        reading = self.look.plan.streams[feed.stream]
        positions = feed.positions if order is None else [feed.positions[at] for at in order]
        indices = [reading.columns[position].index for position in positions]
        names = reading.source.names
        plain = names is not None and all(names[at].replace("_", "a").isalnum() for at in indices)
        words = [names[at] if plain and names is not None else f"@{at + 1}" for at in indices]
        return shlex.quote(f"{reading.source.path}:{','.join(words)}")

    def swapped(self) -> str:
        """`losscli inspect` with the two inputs exchanged."""
        if not self.on_files:
            return "losscli.inspect(prediction, target)"
        if len(self.sources) == 2 and self.look.feeds[0].stream != self.look.feeds[1].stream:
            return self.inspect(self.sources[::-1])
        return self.inspect([self.columns(1), self.columns(0)])

    def plain_lines(self, role: int) -> str | None:
        """The path of an input where each of its rows is one line of an uncompressed local text; else
        None."""
        source = self.source(role)
        path = source.path
        text = source.format in ("csv", "tsv", "ndjson")
        if path is None or not text or path == "-" or not Path(path).is_file():
            return None
        return path if path.rpartition(".")[2].lower() in ("csv", "tsv", "txt", "jsonl", "ndjson") else None
