"""The record of an output format, and where the formats are found: every module of this room named `as_*`,
a dash in the name of the format as an underscore."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final, TypeAlias

from losscli.errors import UnsupportedFormat, UsageError
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.records import NamedTuple
from losscli.report import Report
from losscli.storage.uris import OPENED, address, file_name

_PREFIX: Final = "as_"

Render: TypeAlias = Callable[[Report, View], Iterator[str]]


class OutputFormat(NamedTuple):
    """One way to print a report.

    `words` say in one line what it is for; `suffixes` (with the dot) choose it for a file. `render` gives the
    text piece by piece, the last one with its line end. `rank` is its place in lists. `commands` are those
    whose reports it can print, empty where it prints every report.
    """

    rank: int
    name: str
    words: str
    suffixes: tuple[str, ...]
    render: Render
    commands: tuple[str, ...] = ()

    def check_fit(self, command: str) -> None:
        """Raise UsageError where the reports of this command cannot be printed so."""
        if self.commands and command not in self.commands:
            fitting = " and ".join(f"losscli {name}" for name in self.commands)
            others = ", ".join(
                name for name, one in formats().items() if command in (one.commands or (command,))
            )
            raise UsageError(
                f"the format {self.name} is one of {fitting}, not of losscli {command}",
                hint=f"losscli {command} has {others}",
            )


class OutputTarget(NamedTuple):
    """Where a report goes, and how it is written there; a path that ends in `.gz` is compressed."""

    path: str
    format: OutputFormat


@cache
def formats() -> Mapping[str, OutputFormat]:
    """Every format by its name, in the order in which help lists them."""
    import pkgutil

    import losscli.outputs as room

    names = [entry.name for entry in pkgutil.iter_modules(room.__path__) if entry.name.startswith(_PREFIX)]
    found = [_load(name.removeprefix(_PREFIX).replace("_", "-")) for name in names]
    ordered = sorted((entry for entry in found if entry is not None), key=lambda entry: entry.rank)
    return {entry.name: entry for entry in ordered}


def _load(name: str) -> OutputFormat | None:
    """The format of this name from its own module; the other formats are not imported."""
    module = f"losscli.outputs.{_PREFIX}{name.replace('-', '_')}"
    if not name.replace("-", "_").isidentifier():
        return None
    try:
        found: OutputFormat = importlib.import_module(module).FORMAT
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
    return found if found.name == name else None


def find_format(name: str) -> OutputFormat:
    """The format of this name. Raises UsageError with the list of names."""
    found = _load(name.strip().lower())
    if found is None:
        hint = f"--format is one of auto, {', '.join(formats())}"
        raise UsageError(f"there is no output format {harmless(name)}", hint=hint)
    return found


def choose_format(flag: str | None, environment: Mapping[str, str], *, is_terminal: bool) -> OutputFormat:
    """The format of standard output: the flag, else LOSSCLI_FORMAT, else table on a terminal and plain
    elsewhere.

    Raises UsageError for a name that is no format, and says where the name came from.
    """
    name, where = flag, ""
    if not name:
        name, where = environment.get("LOSSCLI_FORMAT"), " (from the variable LOSSCLI_FORMAT)"
    if not name or name.strip().lower() == "auto":
        return find_format("table" if is_terminal else "plain")
    try:
        return find_format(name)
    except UsageError as error:
        raise UsageError(error.message + where, hint=error.hint) from None


def parse_output(text: str) -> OutputTarget:
    """What `--output` says: PATH, whose suffix decides, or FORMAT=PATH.

    Raises UsageError where neither names a format, UnsupportedFormat for a URI of another kind.
    """
    name, mark, path = text.partition("=")
    if mark and name.strip().lower() in formats():
        return OutputTarget(usable_path(path, text), formats()[name.strip().lower()])
    path = usable_path(text, text)
    suffix = suffix_of(path)
    for entry in formats().values():
        if suffix in entry.suffixes:
            return OutputTarget(path, entry)
    if mark and name.isidentifier():
        raise UsageError(f"there is no output format {harmless(name)}", hint=f"one of {', '.join(formats())}")
    raise UsageError(
        f"the suffix of {harmless(path)} does not say in which format it is to be written",
        hint=f"--output FORMAT={harmless(path)} with FORMAT one of {', '.join(formats())}",
    )


def suffix_of(path: str) -> str:
    """The last suffix in small letters, without a closing `.gz`."""
    name = file_name(path).lower().removesuffix(".gz")
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix if stem else ""


def usable_path(path: str, whole: str) -> str:
    """The path of an output, if it is one. Raises UsageError for none and for `-`, UnsupportedFormat for a
    URI of another kind."""
    if not path or path.endswith("/") or "\0" in path:
        raise UsageError(f"the output {harmless(whole)!r} names no file", hint="--output result.json")
    if path == "-":
        raise UsageError("results go to standard output anyway", hint="--format json chooses how")
    place = address(path)
    if place is not None and place.scheme not in OPENED:
        known = ", ".join(f"{scheme}://" for scheme in OPENED)
        raise UnsupportedFormat(
            f"{harmless(path)} is a URI of a kind that is not written", hint=f"name a file, or one of {known}"
        )
    return path
