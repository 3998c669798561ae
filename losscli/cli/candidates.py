"""What may stand where the cursor is: losses and their parameters, files and their columns, options and their
values.

A candidate is the whole word as it would be typed; one that ends with a blank is complete, others go on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from losscli.cli.column_names import column_names

FORMATS: Final = ("table", "plain", "value", "json", "ndjson", "csv", "tsv", "markdown", "latex")
CI_FORMATS: Final = {
    "compute": ("github-benchmark",),
    "merge": ("github-benchmark",),
    "check": ("github-benchmark", "junit", "github"),
}
"""The formats that not every command has."""
INPUT_FORMATS: Final = ["csv", "tsv", "json", "ndjson", "npy", "npz", "parquet", "arrow"]
REDUCTIONS: Final = ["mean", "sum", "std", "min", "max", "median", "p50", "p90", "p95", "p99", "none"]
TARGETS: Final = ("real", "binary", "class", "distribution", "vector")
_NEXT_LOSS: Final = re.compile(r",(?![0-9+\-.])")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass
class Asked:
    """A command line up to the cursor: the words that stand, what was typed of the next one, the sources and
    options that were typed before it."""

    command: str
    incomplete: str
    arguments: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """The paths of the sources typed so far."""
        start = 0 if self.command in ("inspect", "merge", "plot") else 1
        found = [_path_of(_role(word)[1]) for word in self.arguments[start:]]
        return [path for path in dict.fromkeys(found) if path]

    def names(self, path: str) -> list[str]:
        """What selects the columns of a source."""
        given = self.options.get("delimiter", ""), self.options.get("input_format", "")
        return column_names(path, *given)


# --- losses ----------------------------------------------------------------------------------------


@cache
def _losses() -> Mapping[str, tuple[list[str], list[str], list[str]]]:
    """By name: the aliases, the parameters with their choices, the frameworks."""
    from losscli.cli.loss_names import LOSSES

    found = {}
    for line in LOSSES.strip().splitlines():
        names, params, frameworks = ([*part.split()] for part in f"{line} ".split(";"))
        found[names[0]] = names[1:], params, frameworks
    return found


def _foreign() -> Iterator[str]:
    from losscli.cli.loss_names import FOREIGN

    for line in FOREIGN.strip().splitlines():
        framework, _, names = line.partition(":")
        yield from (f"{framework}.{name}" for name in names.split())


def losses(asked: Asked) -> Iterable[str]:
    """LOSSES: names, then parameters, their words, `as=`; behind a comma the next loss."""
    text = asked.incomplete
    cuts = [match.end() for match in _NEXT_LOSS.finditer(text)]
    start = cuts[-1] if cuts else 0
    head, piece = text[:start], text[start:]
    name, *settings = piece.split(":")
    if not settings:
        return [head + one for one in loss_names(piece)]
    before = head + ":".join([name, *settings[:-1]]) + ":"
    taken = {setting.partition("=")[0] for setting in settings[:-1]}
    return [before + one for one in _settings(name, settings[-1], taken)]


def loss_names(text: str) -> list[str]:
    """The names that begin like the text: our own; where none does aliases, and frameworks' functions."""
    known, typed = _losses(), text.lower().replace("-", "_")
    found = [name for name in known if name.startswith(typed)]
    found = found or [one for aliases, _, _ in known.values() for one in aliases if one.startswith(typed)]
    if "." in text:
        return [name for name in _foreign() if name.lower().startswith(text.lower())]
    frameworks = dict.fromkeys(name.partition(".")[0] + "." for name in _foreign())
    return found + [name for name in frameworks if text and name.startswith(text.lower())]


def _settings(name: str, text: str, taken: set[str]) -> list[str]:
    entry = _entry(name.lower().replace("-", "_"))
    if entry is None:
        return []
    key, equals, _ = text.partition("=")
    params = dict(one.partition("=")[::2] for one in entry[1])
    if not equals:
        frameworks = ["as"] if entry[2] else []
        return [f"{one}=" for one in (*params, *frameworks) if one not in taken]
    values = entry[2] if key == "as" else params.get(key, "").split("|")
    return [f"{key}={value}" for value in values if value]


def _entry(name: str) -> tuple[list[str], list[str], list[str]] | None:
    known = _losses()
    return known.get(name) or next((entry for entry in known.values() if name in entry[0]), None)


def frameworks(asked: Asked) -> Iterable[str]:
    """The frameworks that have a convention of one of the losses typed; all where there is none."""
    names = [piece.partition(":")[0] for piece in _NEXT_LOSS.split((asked.arguments or [""])[0])]
    entries = [entry for entry in map(_entry, names) if entry is not None] or list(_losses().values())
    return sorted({f"{one} " for entry in entries for one in entry[2] if "." not in one})


# --- sources and columns -----------------------------------------------------------------------------


def _role(word: str) -> tuple[str, str]:
    """The `ROLE=` that a source begins with, and the rest."""
    role, equals, rest = word.partition("=")
    return (f"{role}=", rest) if equals and role.isidentifier() else ("", word)


def _split(word: str) -> tuple[str, str | None]:
    """The path of a source, and its columns where it names some."""
    start = word.rfind("/") + 1
    at = word.rfind(":", start)
    if at < 0 or _URI.match(word) or os.path.lexists(word):
        return word, None
    return word[:at], word[at + 1 :]


def _path_of(word: str) -> str:
    path = _split(word)[0]
    return "" if path == "-" or _URI.match(path) else path


def sources(asked: Asked) -> Iterable[str]:
    """SOURCE: files and folders; behind `FILE:` its columns, behind `:` those of the source before."""
    role, word = _role(asked.incomplete)
    path, columns = _split(word)
    if columns is None:
        return [role + one for one in paths(word)]
    own = path or (asked.sources[-1] if asked.sources else "")
    return [f"{role}{path}:{one}" for one in _selected(columns, asked.names(own))] if own else []


def _selected(columns: str, names: Sequence[str]) -> list[str]:
    """COLUMNS with its last piece completed: behind a comma another one, behind `..` the end of a range."""
    head, comma, piece = columns.rpartition(",")
    first, dots, _ = piece.partition("..")
    taken = set(head.split(","))
    if dots and first in names:
        return [f"{head}{comma}{first}..{name}" for name in names[list(names).index(first) + 1 :]]
    return [f"{head}{comma}{name}" for name in names if name not in taken]


def columns(asked: Asked) -> Iterable[str]:
    """A column of the sources typed so far, or with a colon a SOURCE."""
    if ":" in asked.incomplete or "/" in asked.incomplete:
        return sources(asked)
    names = dict.fromkeys(name for path in asked.sources for name in asked.names(path))
    named = [name for name in names if not name.startswith("@")]
    return [*_selected(asked.incomplete, named), *(paths(asked.incomplete) if asked.incomplete else ())]


def keys(asked: Asked) -> Iterable[str]:
    """Columns that are in every source typed so far; separated by commas."""
    every = [asked.names(path) for path in asked.sources]
    shared = [name for name in every[0] if all(name in names for names in every)] if every else []
    return _selected(asked.incomplete, [name for name in shared if not name.startswith("@")])


def paths(text: str) -> list[str]:
    """Files and folders that begin like the text; hidden ones where a dot is typed."""
    folder, name = os.path.split(text)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = sorted((one.name, one.is_dir()) for one in entries if one.name.startswith(name))
    except OSError:
        return []
    start = text[: len(text) - len(name)]
    shown = [one for one in found if one[0].isprintable() and (name or not one[0].startswith("."))]
    return [f"{start}{one}/" if is_folder else f"{start}{one}" for one, is_folder in shown]


# --- options -----------------------------------------------------------------------------------------


def files(asked: Asked) -> Iterable[str]:
    """Files and folders; in `FORMAT=PATH` behind the sign."""
    head, equals, rest = asked.incomplete.partition("=")
    start = f"{head}=" if equals and head in _formats(asked) else ""
    return [start + one for one in paths(rest if start else asked.incomplete)]


def _formats(asked: Asked) -> tuple[str, ...]:
    return (*FORMATS, *CI_FORMATS.get(asked.command, ()))


def formats(asked: Asked) -> Iterable[str]:
    """What --format takes."""
    return [f"{name} " for name in ("auto", *_formats(asked))]


def terms(asked: Asked) -> Iterable[str]:
    """A requirement's TERM: the losses typed, and the words that stand for all."""
    specs = _NEXT_LOSS.split((asked.arguments or [""])[0])
    return [f"{one}=" for one in (*filter(None, specs), "n", "coverage", "skill")]


def topics(asked: Asked) -> Iterable[str]:
    """What `explain` explains: topics, losses, codes."""
    from losscli.cli.loss_names import TOPICS
    from losscli.errors import by_code
    from losscli.report.warnings import WARNINGS

    named = [f"{name} " for name in (*TOPICS.split(), *by_code(), *WARNINGS)]
    return [*named, *losses(asked)]


def families(asked: Asked) -> Iterable[str]:
    """The families of losses."""
    from losscli.cli.loss_names import FAMILIES

    return [f"{name} " for name in FAMILIES.split()]


def pictures(asked: Asked) -> Iterable[str]:
    """The kinds of plots."""
    from losscli.plots.kinds import KINDS as PICTURES

    return [f"{name} " for name in PICTURES]


def pictured(asked: Asked) -> Iterable[str]:
    """What a plot takes: losses and files."""
    return [*losses(asked), *sources(asked)]


def _words(*words: str) -> Callable[[Asked], Iterable[str]]:
    return lambda asked: [f"{word} " for word in words]


def _reductions(asked: Asked) -> Iterable[str]:
    head, comma, _ = asked.incomplete.rpartition(",")
    return [f"{head}{comma}{word}" for word in REDUCTIONS if word not in head.split(",")]


KINDS: Final[Mapping[str, Callable[[Asked], Iterable[str]]]] = {
    "losses": losses,
    "sources": sources,
    "target": sources,
    "prediction": sources,
    "predictions": sources,
    "words": pictured,
    "kind": pictures,
    "family": families,
    "list text": losses,
    "list target": _words(*TARGETS),
    "explain target": _words(),
    "explain prediction": _words(),
    "plot target": _words(),
    "states": sources,
    "topics": topics,
    "weight": columns,
    "group": columns,
    "by": columns,
    "id": keys,
    "as_": frameworks,
    "framework": frameworks,
    "reduction": _reductions,
    "format": formats,
    "output": files,
    "per_sample": files,
    "state": files,
    "baseline": files,
    "golden": files,
    "config": files,
    "input_format": _words(*INPUT_FORMATS),
    "delimiter": _words("tab", "comma", "semicolon", "pipe"),
    "rows": _words("all"),
    "max": terms,
    "min": terms,
    "equals": terms,
    "max_increase": terms,
    "max_decrease": terms,
}
"""What completes the value of an argument or option, by the name of its field; behind its command where
others mean something else by it."""


def candidates(command: Any, name: str, words: Sequence[str], incomplete: str) -> list[str]:
    """What may stand behind the words of a command. `command` is the parser's record of it."""
    from losscli.cli.typed import read

    asked, waiting, ended = read(command, name, words, incomplete)
    if waiting is None and incomplete.startswith("-") and not ended and not incomplete.startswith("-:"):
        option, equals, value = incomplete.partition("=")
        owner = next((one for one in command.params if option in one.opts), None) if equals else None
        if owner is not None:
            asked.incomplete = value
            return [f"{option}={one}" for one in _values(owner, asked)]
        return _begun(incomplete, [f"{one} " for one in _flags(command)])
    if waiting is None:
        return []
    return _values(waiting, asked)


def _values(param: Any, asked: Asked) -> list[str]:
    choices = getattr(param.type, "choices", None)
    if choices:
        found: Iterable[str] = [f"{choice} " for choice in choices]
    else:
        kind = KINDS.get(f"{asked.command} {param.name}") or KINDS.get(param.name)
        found = kind(asked) if kind is not None else ()
    return _begun(asked.incomplete, found)


def _flags(command: Any) -> list[str]:
    own = [one for param in command.params if param.param_type_name == "option" for one in param.opts]
    others = [one for param in command.params for one in param.secondary_opts]
    return [one for one in (*own, *others, "--help") if one.startswith("--")]


def _begun(incomplete: str, found: Iterable[str]) -> list[str]:
    """Those that go on from what is typed; letters' case does not matter for names of losses."""
    return [one for one in dict.fromkeys(found) if one.lower().startswith(incomplete.lower())]
