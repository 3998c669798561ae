"""Takes a command line apart without typer and puts it together as losscli wants it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.registry import BoundLoss

Bound: TypeAlias = "BoundLoss"

TARGETS = frozenset(
    [
        "--target",
        "--targets",
        "--y-true",
        "--y_true",
        "--ytrue",
        "--true",
        "--truth",
        "--ground-truth",
        "--gold",
        "--label",
        "--actual",
        "--observed",
        "--expected",
        "--reference",
        "--references",
        "--y",
    ]
)
PREDICTIONS = frozenset(
    [
        "--prediction",
        "--predictions",
        "--y-pred",
        "--y_pred",
        "--ypred",
        "--pred",
        "--preds",
        "--predicted",
        "--y-score",
        "--y_score",
        "--y-prob",
        "--y_prob",
        "--score",
        "--scores",
        "--prob",
        "--probs",
        "--probability",
        "--probabilities",
        "--proba",
        "--logits",
        "--p",
    ]
)
METRICS = frozenset(
    ["--metric", "--metrics", "--loss", "--losses", "--criterion", "--objective", "--measure", "-m", "-l"]
)
GATES = {
    **dict.fromkeys(
        ("--max", "--limit-max", "--fail-above", "--fail-over", "--threshold", "--assert"), "--max"
    ),
    **dict.fromkeys(("--min", "--fail-under", "--fail-below", "--require"), "--min"),
    "--equals": "--equals",
}
"""Options that state a requirement, here or elsewhere, and the option of `check` that does."""
LOGITS = {"--from-logits", "--from_logits", "--with-logits"}
OF_LOGITS = {
    "bce": "bce_logits",
    "categorical_ce": "softmax_ce",
    "sparse_categorical_ce": "sparse_softmax_ce",
}
"""The loss of logits for each loss of probabilities."""

FIXED = {
    "--json": "--format json",
    "--ndjson": "--format ndjson",
    "--jsonl": "--format ndjson",
    "--csv": "--format csv",
    "--tsv": "--format tsv",
    "--markdown": "--format markdown",
    "--md": "--format markdown",
    "--latex": "--format latex",
    "--tex": "--format latex",
    "--table": "--format table",
    "--plain": "--format plain",
    "--value": "--format value",
    "--value-only": "--format value",
    "--score-only": "--format value",
    "--no-color": "--color never",
    "--no-colour": "--color never",
    "--mean": "--reduction mean",
    "--sum": "--reduction sum",
    "--median": "--reduction median",
    "--std": "--reduction std",
    "--dropna": "--missing skip",
    "--drop-na": "--missing skip",
    "--skip-missing": "--missing skip",
    "--skipna": "--missing skip",
    "--grad": "--gradient",
    "--gradients": "--gradient",
    "--all-rows": "--rows all",
    "--silent": "--quiet",
}
"""Flags of other tools, and the option with its value here."""

RENAMED = {
    "--sep": "--delimiter",
    "--separator": "--delimiter",
    "--delim": "--delimiter",
    "-d": "--delimiter",
    "--on": "--id",
    "--key": "--id",
    "--keys": "--id",
    "--ids": "--id",
    "--id-column": "--id",
    "--join-on": "--id",
    "--index": "--id",
    "--sample-weight": "--weight",
    "--sample_weight": "--weight",
    "--sample-weights": "--weight",
    "--weights": "--weight",
    "-w": "--weight",
    "--digits": "--precision",
    "--decimals": "--precision",
    "--ndigits": "--precision",
    "--round": "--precision",
    "--reduce": "--reduction",
    "--agg": "--reduction",
    "--aggregate": "--reduction",
    "--average": "--reduction",
    "--out": "--output",
    "--outfile": "--output",
    "--output-file": "--output",
    "--save": "--output",
    "--output-format": "--format",
    "--classes": "--labels",
    "--class-names": "--labels",
    "--top": "--worst",
    "--top-k": "--worst",
    "--head": "--rows",
    "--limit": "--rows",
    "-n": "--rows",
    "--per-row": "--per-sample",
    "--colour": "--color",
    "--multi-output": "--multioutput",
    "--type": "--input-format",
}
"""Options of other tools that take a value, and the option that takes the same value here."""

FLAGS = frozenset(
    ["--gradient", "--quiet", "-q", "--verbose", "-v", "--debug", "--header", "--no-header", "--help", "-h"]
)
"""Options of compute that take no value."""


@dataclass
class Typed:
    """A command line taken apart: the losses and sources in order, and every option with its value."""

    arguments: list[str] = field(default_factory=list)
    options: list[tuple[str, str | None]] = field(default_factory=list)


def take_apart(words: Sequence[str]) -> Typed:
    """The words of `compute`, without the command. An option takes the next word unless it is known to take
    none."""
    found = Typed()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("-") or word == "-" or word.startswith("-:"):
            found.arguments.append(word)
            continue
        name, equals, value = word.partition("=")
        if not name.startswith("--") and len(name) > 2:
            name = f"-{name}" if f"-{name}" in METRICS | TARGETS | PREDICTIONS else name
        if equals:
            found.options.append((name, value))
        elif name in FLAGS or name in FIXED or name in LOGITS or not waiting or waiting[0].startswith("--"):
            found.options.append((name, None))
        else:
            found.options.append((name, waiting.pop(0)))
    return found


def retyped(words: Sequence[str]) -> str:
    """The command line as it would have to be typed, quoted for a shell."""
    typed = take_apart([word for word in words if word not in ("compute", "check")])
    roles: dict[str, list[str]] = {"target": [], "prediction": []}
    losses: list[str] = []
    kept: list[str] = []
    settings: list[tuple[str, str]] = []
    command = "check" if "check" in words else "compute"
    from_logits = False
    for name, value in typed.options:
        if name in TARGETS | PREDICTIONS:
            roles["target" if name in TARGETS else "prediction"].append(value or "FILE")
        elif name in METRICS:
            losses.append(value or "LOSS")
        elif name in GATES:
            command = "check"
            kept += [GATES[name], value or "LIMIT"]
        elif name in LOGITS:
            from_logits = True
        elif owners(name.lstrip("-"), words) and value is not None:
            settings.append((name.lstrip("-"), value))
        else:
            kept += _option(name, value)
    arguments = list(typed.arguments)
    text = ",".join(losses) if losses else arguments.pop(0) if arguments else "LOSS"
    sources = _sources(arguments, roles["target"], roles["prediction"])
    line = ["losscli", command, _with_settings(text, settings, from_logits=from_logits), *sources, *kept]
    return shlex.join(line)


def placed(words: Sequence[str]) -> str:
    """A call of `inspect` whose sources were given as options: they stand in order."""
    typed = take_apart([word for word in words if word != "inspect"])
    targets = [value or "FILE" for name, value in typed.options if name in TARGETS]
    predictions = [value or "FILE" for name, value in typed.options if name in PREDICTIONS]
    return shlex.join(["losscli", "inspect", *_sources(list(typed.arguments), targets, predictions)])


def _option(name: str, value: str | None) -> list[str]:
    if name in FIXED:
        return FIXED[name].split()
    name = RENAMED.get(name, name)
    return [name] if value is None else [name, value]


def _sources(files: list[str], targets: list[str], predictions: list[str]) -> list[str]:
    """The sources in order. With one file beside them, the values of --target and --prediction are its
    columns."""
    named = [*targets, *predictions]
    looks_like_files = any("." in name or "/" in name or ":" in name for name in named)
    if len(files) == 1 and named and not looks_like_files:
        return [f"{files[0]}:{named[0]}", *(f":{name}" for name in named[1:])]
    return [*targets, *files, *predictions] if targets else [*files, *predictions]


def _with_settings(text: str, settings: Sequence[tuple[str, str]], *, from_logits: bool) -> str:
    bounds = parsed(text)
    if not bounds:
        return text
    found = []
    for bound in bounds:
        name, colon, rest = bound.spec.partition(":")
        spec = (OF_LOGITS.get(name, name) if from_logits else name) + colon + rest
        for key, value in settings:
            param = _param(bound, key)
            spec += f":{param}={value}" if param else ""
        found.append(spec)
    return ",".join(found)


def owners(name: str, words: Sequence[str]) -> tuple[str, str] | None:
    """The first loss on the command line that has a parameter of this name, and the parameter's own
    name."""
    typed = take_apart([word for word in words if word != "compute"])
    named = [value for option, value in typed.options if option in METRICS and value]
    for text in [*named, *typed.arguments[:1]]:
        for bound in parsed(text):
            param = _param(bound, name)
            if param:
                return bound.loss.name, param
    return None


def _param(bound: Bound, name: str) -> str | None:
    wanted = name.lower().replace("-", "_")
    return next((param.name for param in bound.loss.params if wanted in (param.name, *param.aliases)), None)


def parsed(text: str) -> tuple[Bound, ...]:
    """The losses that a text means; none when it means no losses."""
    from losscli import losses as _losses  # noqa: F401  registers them
    from losscli.registry import parse_losses

    try:
        return parse_losses(text)
    except LosscliError:
        return ()
