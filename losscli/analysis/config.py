"""losscli.toml as records: every check with its losses, sources and options. All mistakes are reported
together, each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from losscli import losses as _losses  # noqa: F401  has the registry find every family
from losscli.analysis.config_file import NAME, ConfigText, load_config
from losscli.analysis.config_keys import CHECK, COLUMNS, DEFAULTS, NEEDED, PATHS, REQUIREMENTS, SOURCE, Key
from losscli.analysis.config_paths import as_role, named_source_from, path_from, source_from
from losscli.analysis.config_words import told
from losscli.engine.columns import names_source
from losscli.engine.opening import inputs_of
from losscli.errors import ConfigError, LosscliError, Place, SeveralErrors, raise_together
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Input, all_losses, bind_loss, parse_losses


class ConfigCheck(NamedTuple):
    """One check: what `check` takes of it, paths relative to the working folder.

    `places` says where the keys stand, and the entries of their tables as (key, entry).
    """

    name: str
    place: Place
    losses: str
    sources: tuple[str, ...]
    options: Mapping[str, Any]
    places: Mapping[tuple[str, ...], Place]


class Config(NamedTuple):
    """A file of checks. `defaults` are the keys beside them: format, precision, color, jobs."""

    path: str
    checks: tuple[ConfigCheck, ...]
    defaults: Mapping[str, Any]

    @property
    def files(self) -> list[str]:
        """Every path that is read, itself included, and the names of columns that may be one."""
        found = [self.path]
        for check in self.checks:
            found += check.sources
            found += [check.options[key] for key in COLUMNS if key in check.options]
        return found

    @property
    def earlier(self) -> list[str]:
        """The baseline and golden files of all checks, each once for a check."""
        return [
            path
            for check in self.checks
            for path in dict.fromkeys(check.options[key] for key in sorted(PATHS) if key in check.options)
        ]


def read_config(path: str | None = None) -> Config:
    """The checks of a file; without a path, of losscli.toml or pyproject.toml in the working folder.

    Raises ConfigError, and what a loss's name may raise (2), several together; ReadError (4).
    """
    return _Reader(load_config(path)).config()


class _Reader:
    """Reads one file, and collects what is wrong with it."""

    def __init__(self, text: ConfigText) -> None:
        self.text = text
        self.faults: list[LosscliError] = []

    def config(self) -> Config:
        table = self.text.table
        tables = table.get("check")
        self._keys(table, {**DEFAULTS, "check": _CHECKS}, ())
        checks: list[ConfigCheck] = []
        if tables is None or (isinstance(tables, list) and not tables):
            start = self.text.place("check") if "check" in table else Place(self.text.path)
            self._fault("there is no check", start, f"begin each with [[{self._header}]]")
        elif _CHECKS.fits(tables):
            checks = [found for n in range(len(tables)) if (found := self._check(tables[n], ("check", n)))]
        self._twice(checks)
        raise_together(sorted(self.faults, key=_line))
        defaults = {key: table[key] for key in DEFAULTS if key in table}
        return Config(self.text.path, tuple(checks), defaults)

    @property
    def _header(self) -> str:
        return ".".join([*map(str, self.text.root), "check"])

    def _fault(self, message: str, place: Place, hint: str | None = None) -> None:
        self.faults.append(ConfigError(message, place=place, hint=hint))

    def _keys(self, table: Mapping[str, Any], known: Mapping[str, Key], path: tuple[str | int, ...]) -> None:
        """Refuse unknown keys, and values that do not fit."""
        for key, value in table.items():
            place = self.text.place(*path, key)
            if key not in known and path and key in _all_roles():
                self._fault(
                    f"the losses have no input {key!r}", place, f"they take {', '.join(_roles(known))}"
                )
            elif key not in known:
                self._fault(f"unknown key {key!r}", place, self._nearest(key, known, path))
            elif not known[key].fits(value):
                hint = f"[[{self._header}]]" if key == "check" and not path else f"{key} = "
                self._fault(
                    f"{key} is {shown(value)}, not {known[key].what}",
                    place,
                    f"for example {hint}{known[key].example}",
                )

    def _nearest(self, key: str, known: Mapping[str, Key], path: tuple[str | int, ...]) -> str:
        """The key that was probably meant."""
        if not path and key in CHECK:
            return f"{key} belongs below a [[{self._header}]]"
        if path and key in DEFAULTS:
            return f"{key} holds for all checks: write it above the first [[{self._header}]]"
        word = key.lower().replace("-", "_").replace(" ", "_")
        near = MEANT.get(word) or next(iter(get_close_matches(word, known, n=1)), None)
        return f"did you mean {near!r}?" if near in known else f"the keys are {', '.join(known)}"

    def _check(self, table: Mapping[str, Any], path: tuple[str | int, ...]) -> ConfigCheck | None:
        """One check; None where something is wrong with it."""
        before = len(self.faults)
        place = self.text.place(*path)
        losses = self._losses(table, path)
        inputs = self._inputs(losses, path)
        roles = {entry.role: SOURCE for entry in inputs} if inputs else _all_roles()
        own = {key: value for key, value in CHECK.items() if key not in ("target", "prediction")}
        self._keys(table, {**roles, **own}, path)
        if not any(key in table for key in NEEDED):
            self._fault("the check requires nothing", place, f"add max = {CHECK['max'].example}")
        self._check_sources(table, inputs, place)
        if len(self.faults) > before:
            return None
        spoken = _joined(table["loss"])
        sources = tuple(self._sources(table, inputs))
        places = dict(self._places(table, path))
        return ConfigCheck(table.get("name", spoken), place, spoken, sources, self._options(table), places)

    def _places(
        self, table: Mapping[str, Any], path: tuple[str | int, ...]
    ) -> Iterator[tuple[tuple[str, ...], Place]]:
        for key, value in table.items():
            yield (key,), self.text.place(*path, key)
            if isinstance(value, Mapping):
                for entry in value:
                    yield (key, entry), self.text.place(*path, key, entry)

    def _losses(self, table: Mapping[str, Any], path: tuple[str | int, ...]) -> tuple[BoundLoss, ...]:
        """The losses; none where they are missing or wrong."""
        if "loss" not in table:
            self._fault("the check has no loss", self.text.place(*path), 'add loss = "bce"')
            return ()
        framework = table.get("as", "")
        if not CHECK["loss"].fits(table["loss"]) or not isinstance(framework, str):
            return ()  # `_keys` tells
        try:
            return parse_losses(_joined(table["loss"]), framework)
        except LosscliError as error:
            self.faults.append(told(error, self.text.place(*path, "loss")))
            return ()

    def _inputs(self, losses: Sequence[BoundLoss], path: tuple[str | int, ...]) -> tuple[Input, ...]:
        if not losses:
            return ()
        try:
            return inputs_of(losses)
        except LosscliError as error:
            self.faults.append(told(error, self.text.place(*path, "loss")))
            return ()

    def _check_sources(self, table: Mapping[str, Any], inputs: Sequence[Input], place: Place) -> None:
        """Refuse an input without a source, and sources that are given in both ways."""
        given = [entry.role for entry in inputs if entry.role in table]
        if "sources" in table:
            if given:
                said = f"{' and '.join(given)} and sources: one of the two says what is read"
                self._fault(said, place, "leave out sources, or list all of them there")
            return
        missing = [entry.role for entry in inputs if entry.default is None and entry.role not in table]
        if missing:
            example = ", ".join(f'{role} = "{role}.csv"' for role in missing)
            self._fault(f"the check has no {' and no '.join(missing)}", place, f"add {example}")

    def _sources(self, table: Mapping[str, Any], inputs: Sequence[Input]) -> list[str]:
        """The sources as the command line takes them, in the order of the inputs."""
        roles = [entry.role for entry in inputs]
        folder = self.text.folder
        if "sources" in table:
            return [named_source_from(folder, text, roles) for text in table["sources"]]
        given = [role for role in roles if role in table]
        texts = [source_from(folder, table[role]) for role in given]
        in_order = all(entry.paired for entry in inputs[: len(given)]) and roles[: len(given)] == given
        return texts if in_order else [as_role(*pair) for pair in zip(given, texts, strict=True)]

    def _options(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """The other keys as options of the library."""
        told_apart = ("name", "loss", "sources", "target", "prediction")
        keys = [key for key in table if key in CHECK and key not in told_apart]
        return {"as_" if key == "as" else key: self._option(key, table[key]) for key in keys}

    def _option(self, key: str, value: Any) -> Any:
        if key in PATHS:
            return path_from(self.text.folder, value)
        if key in COLUMNS and names_source(value):
            return source_from(self.text.folder, value)
        if key in REQUIREMENTS:
            return _terms(value)
        return tuple(map(str, value)) if isinstance(value, list) else value

    def _twice(self, checks: Sequence[ConfigCheck]) -> None:
        """Refuse two checks of one name."""
        first: dict[str, Place] = {}
        for check in checks:
            place = check.places.get(("name",), check.place)
            if check.name in first:
                hint = f'the first is in line {first[check.name].line}; name = "..." tells them apart'
                self._fault(f"two checks are called {check.name!r}", place, hint)
            first.setdefault(check.name, place)


def _is_checks(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)


_CHECKS = Key(_is_checks, "a list of tables", "")
MEANT: Mapping[str, str] = {
    "losses": "loss",
    "metric": "loss",
    "metrics": "loss",
    "y_true": "target",
    "truth": "target",
    "label": "labels",
    "y_pred": "prediction",
    "predictions": "prediction",
    "source": "sources",
    "files": "sources",
    "weights": "weight",
    "sample_weight": "weight",
    "on": "id",
    "key": "id",
    "ids": "id",
    "groups": "group",
    "segment": "by",
    "segments": "by",
    "sep": "delimiter",
    "framework": "as",
    "maximum": "max",
    "minimum": "min",
    "limit": "max",
    "threshold": "max",
    "equal": "equals",
}
"""What people call a key elsewhere."""


def shown(value: object) -> str:
    """A value of TOML in a message: the value if it is short, else its kind."""
    kinds = {dict: "a table", list: "a list", str: "a text", bool: "true or false"}
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)) and len(repr(value)) <= 40:
        return repr(value) if not isinstance(value, str) else f'"{value}"'
    return kinds.get(type(value), "a date or time" if not isinstance(value, (int, float)) else "a number")


def _line(fault: LosscliError) -> tuple[int, int]:
    """Where a mistake stands, or the first of several."""
    place = fault.errors[0].place if isinstance(fault, SeveralErrors) else fault.place
    return (0, 0) if place is None else (place.line or 0, place.column or 0)


def _joined(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _terms(value: Any) -> list[str]:
    """What `--max` and its kin say: a number, or TERM=number."""
    if isinstance(value, Mapping):
        return [f"{term}={limit!r}" for term, limit in value.items()]
    return [repr(value)]


def _roles(known: Mapping[str, Key]) -> list[str]:
    """The roles among the keys of a check."""
    return [key for key, entry in known.items() if entry is SOURCE]


@cache
def _all_roles() -> Mapping[str, Key]:
    """Every role of every loss: which are meant is not known where the losses are wrong."""
    entries = [entry for loss in all_losses() for entry in bind_loss(loss, {}).inputs]
    return {entry.role: SOURCE for entry in entries}


__all__ = ["NAME", "Config", "ConfigCheck", "read_config"]
