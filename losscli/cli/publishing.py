"""Where a report goes: standard output in one format, files in others; notes and warnings to standard
error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from losscli.cli.options import Shown

if TYPE_CHECKING:
    from losscli.outputs import OutputFormat, OutputTarget, View
    from losscli.report import Report


@dataclass(frozen=True, slots=True)
class Publication:
    """What is written where, decided before anything is read."""

    shown: Shown
    format: OutputFormat
    files: tuple[OutputTarget, ...]

    def formats(self) -> tuple[str, ...]:
        """The names of all formats that the report is written in."""
        return (self.format.name, *(target.format.name for target in self.files))

    def publish(self, report: Report) -> None:
        """Write the files, then standard output: a run that fails leaves neither."""
        with ExitStack() as stack:
            pieces = self.prepare(report, stack)
        if "github" in self.formats():
            from losscli.cli.step_summary import add_summary

            add_summary(report, os.environ)
        self.show(pieces)

    def prepare(self, report: Report, stack: ExitStack) -> Iterator[str]:
        """Write every file under its temporary name, to be put in place when the stack closes, and begin to
        render what standard output is to show, so that what cannot be rendered fails before anything is in
        place."""
        for target in self.files:
            from losscli.outputs.files import OutputFile

            file = stack.enter_context(OutputFile(target.path))
            for piece in target.format.render(report, self._view(None)):
                file.write(piece.encode("utf-8", "backslashreplace"))
        pieces = self.format.render(report, self._view(sys.stdout))
        first = next(pieces, "")
        return chain((first,), pieces)

    def show(self, pieces: Iterable[str]) -> None:
        """Print to standard output."""
        from losscli.outputs.stdout import write_stdout

        write_stdout(pieces)

    def _view(self, stream: object) -> View:
        from losscli.outputs import find_view

        precision = 4 if self.shown.precision is None else self.shown.precision
        return find_view(stream, os.environ, color=self.shown.color, precision=precision)  # type: ignore[arg-type]

    def tell(self, lines: Iterable[str]) -> None:
        """Write notes to standard error, unless quiet."""
        if not self.shown.quiet:
            from losscli.cli.streams import tell

            tell(lines)

    def warn(self, report: Report) -> None:
        """Write the warnings to standard error where the format on standard output does not hold them."""
        if self.format.name not in WITH_WARNINGS:
            self.tell(f"warning[{finding.code}]: {finding.message}" for finding in report.findings())


WITH_WARNINGS = frozenset({"table", "markdown", "latex", "github"})
"""The formats that print the warnings themselves."""


def is_watched(stream: TextIO) -> bool:
    """Whether a person looks at the stream, on a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def plan(shown: Shown, inputs: Sequence[str] = (), others: Sequence[str] = ()) -> Publication:
    """Decide the formats and check the paths. `others` are the paths of further outputs.

    Raises UsageError for an unknown format or one of another command, SourceError for an output that is also
    an input or an output twice."""
    from losscli.outputs import choose_format, is_terminal, parse_output

    chosen = choose_format(shown.format, os.environ, is_terminal=is_terminal(sys.stdout))
    files = tuple(parse_output(text) for text in shown.output)
    for entry in (chosen, *(target.format for target in files)):
        entry.check_fit(shown.command)
    if files or others:
        from losscli.outputs.files import refuse_overlap

        refuse_overlap([*(target.path for target in files), *others], inputs)
    return Publication(shown, chosen, files)
