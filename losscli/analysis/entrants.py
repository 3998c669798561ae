"""What a comparison is asked for: the predictions, what they are called, and how sure it is to be."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from losscli.engine.roles import split_role
from losscli.errors import SourceError, UsageError, counted
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.sources.grammar import STDIN, SourceSpec, parse_sources
from losscli.statistics.bootstrap import RESAMPLES, Draws
from losscli.statistics.intervals import BOOTSTRAPPED, check_level

_PACKED: Final = frozenset({".gz", ".bz2", ".zst", ".lz4"})


LEAST: Final = 100
"""Fewer resamples give no end of an interval."""
ALONE: Final = frozenset(
    {"by", "engine", "gradient", "reduction", "rows", "scheduler", "state", "summary", "worst"}
)
"""Options of `compute` that a comparison does not have."""


class Certainty(NamedTuple):
    """How sure a comparison is to be: the level of its intervals and tests, the resamples (None: 10,000, and
    none where the rows are many), the seed."""

    level: float = 0.95
    resamples: int | None = None
    seed: int = 0

    @property
    def draws(self) -> Draws:
        """The resamples."""
        return Draws(self.resamples or RESAMPLES, self.seed)

    def resampled(self, rows: int) -> bool:
        """Whether so many rows are resampled."""
        return self.resamples is not None or rows <= BOOTSTRAPPED


class Contest(NamedTuple):
    """The options of a comparison alone."""

    names: Any = None
    reference: str | None = None
    confidence: Any = 0.95
    resamples: Any = None
    seed: Any = 0

    def certainty(self) -> Certainty:
        """How sure it is to be. Raises UsageError."""
        level = check_level(self.confidence)
        if self.resamples is not None and not _is_count(self.resamples, LEAST):
            raise UsageError(
                f"--resamples {self.resamples}: not a number of at least {LEAST}", hint="--resamples 10000"
            )
        if not _is_count(self.seed, 0):
            raise UsageError(f"--seed {self.seed}: not a whole number of at least 0", hint="--seed 0")
        return Certainty(level, self.resamples, self.seed)

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> Contest:
        """Take these out of the options. Raises UsageError for values that cannot be meant, and for an option
        that only `compute` has."""
        found = cls(**{name: options.pop(name) for name in cls._fields if name in options})
        found.certainty()
        for name in options:
            if name in ALONE:
                raise UsageError(f"compare has no option {name!r}", hint="compute each prediction for it")
        return found

    def named(
        self, losses: Sequence[BoundLoss], target: Any, sources: Sequence[Any], names: Sequence[str]
    ) -> tuple[tuple[str, ...], int]:
        """The names of the predictions among the sources, and the reference's place. Raises UsageError."""
        found = name_predictions(target, predictions_of(losses, sources), names)
        return found, place_of_reference(self.reference, found)


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def predictions_of(losses: Sequence[BoundLoss], sources: Sequence[Any]) -> list[Any]:
    """The sources that are predictions: not those with another role, which all predictions share."""
    bound = losses[0]
    roles = [entry.role for entry in bound.inputs]
    focus = roles[bound.focus]
    split = [split_role(source, roles, bound.spec) for source in sources]
    return [rest for role, rest in split if role in (None, focus)]


def name_predictions(target: Any, predictions: Sequence[Any], names: Sequence[str]) -> tuple[str, ...]:
    """A name for each prediction: those that are given, else the stem of the file, or the columns where all
    are of one file. Raises UsageError for fewer than two, another number of names, or a name twice."""
    if len(predictions) < 2:
        raise UsageError(
            f"compare takes a target and at least two predictions, not {len(predictions)}",
            hint="losscli compare bce y.csv a.csv b.csv; `losscli compute` scores one prediction",
        )
    if names and len(names) != len(predictions):
        raise UsageError(
            f"{counted(len(names), 'name')} for {counted(len(predictions), 'prediction')}",
            hint="--names A,B,C: one for each prediction, in order",
        )
    found = tuple(names) or _found(target, predictions)
    for name in found:
        if not name.strip():
            raise UsageError("a prediction's name is empty", hint="--names A,B,C")
        if found.count(name) > 1:
            letters = ",".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(found)])
            hint = "name each once" if names else f"name them: --names {letters}"
            raise UsageError(f"two predictions are called {name!r}", hint=hint)
    return found


def place_of_reference(reference: str | None, names: Sequence[str]) -> int:
    """The place of the reference among the predictions; the first without one. Raises UsageError."""
    if reference is None:
        return 0
    if reference not in names:
        near = get_close_matches(reference, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the predictions are {', '.join(names)}"
        raise UsageError(f"--reference {reference}: no prediction is called so", hint=hint)
    return list(names).index(reference)


def _found(target: Any, predictions: Sequence[Any]) -> tuple[str, ...]:
    texts = [str(one) for one in (target, *predictions) if isinstance(one, (str, Path))]
    if len(texts) != len(predictions) + 1:
        return tuple(
            _stem(str(one)) if isinstance(one, (str, Path)) else f"prediction {place}"
            for place, one in enumerate(predictions, start=1)
        )
    try:
        specs = parse_sources(texts)[1:]
    except SourceError:  # told better when the sources are opened
        return tuple(f"prediction {place}" for place in range(1, len(texts)))
    if len({spec.path for spec in specs}) == 1 and all(spec.columns for spec in specs):
        return tuple(_columns(spec) for spec in specs)
    stems = [_stem(spec.path or "") for spec in specs]
    return tuple(
        f"{stem}:{_columns(spec)}" if stems.count(stem) > 1 and spec.columns else stem
        for stem, spec in zip(stems, specs, strict=True)
    )


def _columns(spec: SourceSpec) -> str:
    return ",".join(map(str, spec.columns or ()))


def _stem(path: str) -> str:
    """The file's name without its suffixes: `a` of `runs/a.csv.gz`."""
    if path == STDIN:
        return "stdin"
    found = Path(path.rstrip("/")).name or path
    packed = Path(found)
    if packed.suffix.lower() in _PACKED:
        found = packed.stem
    return Path(found).stem or found
