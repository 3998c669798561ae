"""What people type elsewhere, and what it is called here. A wrong call is answered with the right one,
ready to paste."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from losscli.cli.help import PROTECTED
from losscli.cli.retyping import (
    FIXED,
    GATES,
    LOGITS,
    METRICS,
    PREDICTIONS,
    RENAMED,
    TARGETS,
    owners,
    placed,
    retyped,
)
from losscli.errors import LosscliError, UsageError

COMMAND_WORDS = {
    "compute": (
        "eval",
        "evaluate",
        "score",
        "run",
        "calc",
        "calculate",
        "loss",
        "metric",
        "measure",
        "metrics",
    ),
    "compare": ("rank", "versus", "vs", "diff", "difference", "contrast", "significance", "ab"),
    "check": ("gate", "assert", "test", "verify", "require"),
    "inspect": ("doctor", "diagnose", "lint", "profile", "validate", "suggest", "recommend", "look"),
    "explain": ("info", "doc", "docs", "describe", "show", "man", "trace", "why", "what", "help"),
    "reconcile": ("bridge", "mismatch", "convention", "conventions", "match", "agree", "debug"),
    "plot": ("draw", "picture", "graph", "figure", "chart", "curve", "histogram"),
    "list": ("ls", "losses", "search", "find", "all", "catalogue", "catalog"),
}
COMPARED = {
    "--baseline": "--reference NAME",
    "--base": "--reference NAME",
    "--control": "--reference NAME",
    "--alpha": "--confidence 0.95",
    "--level": "--confidence 0.95",
    "--ci": "--confidence 0.95",
    "--bootstrap": "--resamples 10000",
    "--n-bootstrap": "--resamples 10000",
    "--n-resamples": "--resamples 10000",
    "--permutations": "--resamples 10000",
    "--random-state": "--seed 0",
    "--models": "--names A,B",
}
"""What others call the options of a comparison."""
COMPARE_CALL = "losscli compare bce y.csv a.csv b.csv"
FIRST_CALLS = {"compare": COMPARE_CALL, "reconcile": "losscli reconcile bce y.csv p.csv --value 0.2469"}
ROOT_WORDS = {"-V": "--version", "-v": "--version", "version": "--version", "-?": "--help", "/?": "--help"}
ROOT_OPTIONS = ("--version", "--help", "-h", "--install-completion", "--show-completion")


def explained(mistake: Exception, words: Sequence[str]) -> UsageError:
    """Typer's complaint as an error of ours, with a hint that says what to type instead."""
    kind = type(mistake).__name__
    command = _command(mistake, words)
    if kind == "NoSuchOption":
        return _unknown_option(_option_typed(mistake, words), command, words)
    if kind == "MissingParameter":
        return _missing(mistake, command)
    if command is None:
        return _no_command(words)
    hint = f"losscli {command} --help lists the options and their values"
    said = _sentence(mistake)
    if "unexpected extra argument" in said:
        said, hint = f"losscli {command} takes one TEXT", "put several words in quotes"
    return UsageError(said, hint=hint)


def _command(mistake: Any, words: Sequence[str]) -> str | None:
    """The command that was being parsed; None before one was found."""
    from losscli.cli.app import COMMANDS

    context = getattr(mistake, "ctx", None)
    if context is None:
        return next((word for word in words if word in COMMANDS), None)
    return None if context.parent is None else str(context.info_name)


def _option_typed(mistake: Any, words: Sequence[str]) -> str:
    """The option as it was typed: of `-metric` typer names `-m` only."""
    name = str(mistake.option_name)
    if name.startswith("--"):
        return name
    return next((word.partition("=")[0] for word in words if word.startswith(name)), name)


def _sentence(mistake: Any) -> str:
    """Typer's own words, without the quotes round the option and the words of its type system."""
    said = str(mistake.format_message()).replace(PROTECTED, "").rstrip(".")
    option, quoted, rest = said.removeprefix("Invalid value for '").partition("': ")
    if quoted and said.startswith("Invalid value"):
        said = f"{option} {rest}"
    said = re.sub(r"^Option '(.+)' requires an argument$", r"\1 needs a value", said)
    said = re.sub(r"is not a valid int(eger)?( range)?$", "is not a whole number", said)
    said = re.sub(r"is not in the range x>=(\d+)$", r"is below \1, the least it takes", said)
    said = re.sub(r"is not in the range (\d+)<=x<=(\d+)$", r"is not in the range from \1 to \2", said)
    return said if said.startswith("-") else said[:1].lower() + said[1:]


def _unknown_option(name: str, command: str | None, words: Sequence[str]) -> UsageError:
    plain = name if name.startswith("--") or len(name) == 2 else f"-{name}"
    if command is None:
        if all(word.startswith("-") for word in words):
            near = [ROOT_WORDS[name]] if name in ROOT_WORDS else _alike(plain, ROOT_OPTIONS)[:1]
            hint = f"did you mean {near[0]}?" if near else "losscli --help lists the commands"
            return UsageError(f"there is no option {name}", hint=hint)
        return UsageError(f"there is no option {name} before the command", hint=retyped(["compute", *words]))
    why = _why(plain, words) if command == "compute" else ""
    if why:
        return UsageError(f"there is no option {name}: {why}", hint=retyped(words))
    if command == "explain" and plain in TARGETS | PREDICTIONS:
        hint = _quoted([_traced(word) for word in words])
        return UsageError(f"there is no option {name} of losscli explain", hint=hint)
    if command == "inspect" and plain in TARGETS | PREDICTIONS:
        why = "the target stands first, then the prediction"
        return UsageError(f"there is no option {name}: {why}", hint=placed(words))
    if command == "compare" and plain in COMPARED:
        return UsageError(f"there is no option {name}: it is {COMPARED[plain]} here", hint=COMPARED[plain])
    if command == "compare" and plain in TARGETS | PREDICTIONS | METRICS:
        why = "the losses stand first, then the target and the predictions"
        return UsageError(f"there is no option {name}: {why}", hint=COMPARE_CALL)
    near = _near_options(plain, command)
    hint = f"did you mean {' or '.join(near)}?" if near else f"losscli {command} --help lists the options"
    return UsageError(f"there is no option {name} of losscli {command}", hint=hint)


def _traced(word: str) -> str:
    """A word of `explain`, its values under the names that they have there."""
    name, equals, value = word.partition("=")
    if name in TARGETS | PREDICTIONS:
        return ("--target" if name in TARGETS else "--prediction") + equals + value
    return word


def _near_options(name: str, command: str) -> list[str]:
    if name in {**RENAMED, **FIXED}:
        return [{**RENAMED, **FIXED}[name]]
    known = {word: word for word in known_options(command)}
    elsewhere = {word: there for word, there in {**RENAMED, **FIXED}.items() if there.split()[0] in known}
    found = _alike(name, [*known, *elsewhere])
    return list(dict.fromkeys(known.get(word) or elsewhere[word] for word in found))


def _alike(name: str, options: Sequence[str]) -> list[str]:
    """Up to three options that look like this one; their dashes, which all have, do not count."""
    bare = {option.lstrip("-"): option for option in options if len(option) > 2}
    return [bare[word] for word in difflib.get_close_matches(name.lstrip("-"), bare, n=3, cutoff=0.65)]


def _why(name: str, words: Sequence[str]) -> str:
    if name in TARGETS | PREDICTIONS:
        return "sources are named in order, the target first"
    if name in METRICS:
        return "the losses are the first argument"
    if name in GATES:
        return "compute computes, it does not judge"
    if name in LOGITS:
        return "losses of logits have names of their own"
    if name in FIXED:
        return f"it is {FIXED[name]} here"
    if name in RENAMED:
        return f"it is called {RENAMED[name]} here"
    return _parameter_reason(name, words)


def _parameter_reason(name: str, words: Sequence[str]) -> str:
    found = owners(name.lstrip("-"), words)
    return f"{found[1]} is a parameter of {found[0]} and stands beside its name" if found else ""


def known_options(command: str) -> list[str]:
    """Every option of a command as typed, from the command itself."""
    from importlib import import_module

    built = import_module(f"losscli.cli.commands.{command}").build()
    return [
        word
        for param in built.params
        for word in (*param.opts, *param.secondary_opts)
        if word.startswith("-")
    ]


def _missing(mistake: Any, command: str | None) -> UsageError:
    name = getattr(mistake.param, "name", "")
    if name == "losses":
        call = FIRST_CALLS.get(command or "", "losscli compute bce y.csv p.csv")
        return UsageError("a loss and its files are missing", hint=f"for example: {call}")
    if name in ("target", "predictions"):
        said = "compare takes losses, a target and at least two predictions"
        return UsageError(said, hint=COMPARE_CALL)
    if name == "sources":
        return UsageError("the files to score are missing", hint=_example_of(mistake, command or "compute"))
    return UsageError(_sentence(mistake), hint=f"losscli {command} --help lists what it takes")


def _example_of(mistake: Any, command: str) -> str:
    if command == "inspect":
        return "for example: losscli inspect y.csv p.csv   or   losscli inspect d.csv:label :score"
    losses = str(mistake.ctx.params.get("losses") or "bce")
    start = f"losscli {command} {losses if _is_losses(losses) else 'bce'}"
    return f"for example: {start} y.csv p.csv   or   {start} d.csv:label :score"


def _no_command(words: Sequence[str]) -> UsageError:
    from losscli.cli.app import COMMANDS

    given = next((position for position, word in enumerate(words) if not word.startswith("-")), None)
    if given is None:
        hint = "for example: losscli compute bce y.csv p.csv; losscli --help lists the commands"
        return UsageError("a command is missing", hint=hint)
    word, rest = words[given], list(words[given + 1 :])
    if _is_losses(word):
        hint = retyped(["compute", word, *rest]) if rest else f"losscli explain {word}"
        return UsageError(f"{word} is a loss, not a command", hint=hint)
    guess = next((name for name, others in COMMAND_WORDS.items() if word.lower() in others), None)
    if word in ROOT_WORDS:
        return UsageError(f"there is no command {word!r}", hint=f"losscli {ROOT_WORDS[word]}")
    if word == "help":
        page = f" {rest[0]}" if rest and rest[0] in COMMANDS else ""
        return UsageError(
            "there is no command 'help'", hint=f"losscli{page} --help; losscli explain lists the topics"
        )
    near = [guess] if guess else difflib.get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.75)
    if near in (["compute"], ["check"]) and rest:
        return UsageError(f"there is no command {word!r}", hint=retyped([*near, *rest]))
    if near == ["compute"]:
        return UsageError(f"there is no command {word!r}", hint="losscli compute bce y.csv p.csv")
    if near:
        return UsageError(f"there is no command {word!r}", hint=_quoted([near[0], *rest]))
    if "." in word and rest:
        return UsageError(
            f"there is no command {word!r}", hint=f"losscli compute LOSS {_quoted([word, *rest])[8:]}"
        )
    return UsageError(f"there is no command {word!r}", hint=f"the commands are {', '.join(COMMANDS)}")


def _quoted(words: Sequence[str]) -> str:
    from shlex import join

    return join(["losscli", *words])


def _is_losses(text: str) -> bool:
    from losscli import losses as _losses  # noqa: F401  registers them
    from losscli.registry import parse_losses

    try:
        parse_losses(text)
    except LosscliError:
        return False
    return True


def loss_expected(text: str, sources: Sequence[str], command: str = "compute") -> UsageError | None:
    """The error for a file where the losses stand: `losscli compute y.csv p.csv bce`. None when it is no
    file. `command` is the one that the hint types."""
    import os

    from losscli.registry.lookup import foreign_answer

    if not os.path.exists(text) and any(map(foreign_answer, text.split(","))):
        return None
    if (
        not (os.path.exists(text) or text.startswith((":", "-", "/", "./")))
        and "." not in text.partition(":")[0]
    ):
        return None
    named = [source for source in sources if _is_losses(source)]
    loss = named[0] if named else "LOSS"
    others = [source for source in sources if source not in named]
    return UsageError(
        f"{text!r} stands where the loss does", hint=_quoted([*command.split(), loss, text, *others])
    )
