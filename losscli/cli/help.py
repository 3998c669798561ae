"""Help pages: two runnable examples, then usage, then the options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, fields
from inspect import Parameter, Signature, get_annotations
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import typer
from typer.core import TyperCommand

from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.options import Shown

PROTECTED = "\x00"
"""Stands before a word such as `-:label` while typer parses: it is a source, and typer would take it for an
option."""

TYPED = {"typed": True}
"""The metadata of a record's field that is no option: it gets the names of the options that were typed."""

Record = TypeVar("Record", bound="Shown")


def examples_first(formatter: Any, examples: Sequence[str]) -> None:
    """Write the examples, each a line that can be pasted."""
    formatter.write("Examples:\n")
    for example in examples:
        formatter.write(f"  {example}\n")
    formatter.write("\n")


def command(
    name: str,
    record: type[Record],
    action: Callable[[Record], int | None],
    *,
    usage: str,
    examples: Sequence[str],
) -> Any:
    """A typer command whose options are the fields of a frozen record, and which calls `action` with the
    record; what it returns is the exit code (nothing: 0).

    A field's annotation words the option, its default is the option's, the record's docstring is the help
    text. `usage` names the arguments."""
    typed: set[str] = set()
    knowing = [entry.name for entry in fields(record) if entry.metadata.get("typed")]

    record.command = name

    class Command(TyperCommand):
        def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
            words = [protect(word) for word in args]
            rest = super().parse_args(ctx, list(words))
            if not ctx.resilient_parsing:
                refuse_twice(self.make_parser(ctx).parse_args(words)[2])
            found = {name: ctx.get_parameter_source(name) for name in ctx.params}
            typed.update(name for name, origin in found.items() if origin and origin.name == "COMMANDLINE")
            return rest

        def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
            return [usage, "[OPTIONS]"]

        def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
            examples_first(formatter, examples)
            super().format_help(ctx, formatter)

    def run(**values: Any) -> int:
        values |= dict.fromkeys(knowing, frozenset(typed))
        return action(record(**{key: unprotect(value) for key, value in values.items()})) or 0

    run.__signature__ = signature_of(record)  # type: ignore[attr-defined]
    run.__annotations__ = {}
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    settings = {"help_option_names": ["-h", "--help"]}
    app.command(name, cls=Command, help=record.__doc__, context_settings=settings)(run)
    return typer.main.get_command(app)


def refuse_twice(options: Iterable[Any]) -> None:
    """Raise UsageError for an option of one value that is among the typed options twice: one of the values
    would be ignored."""
    seen = set()
    for option in options:
        single = option.param_type_name == "option" and not (option.multiple or option.is_flag)
        if single and option.name in seen:
            name = option.opts[-1]
            lists = f"; several go into one: {name} mean,p95" if name == "--reduction" else ""
            raise UsageError(f"{name} is given twice", hint=f"only one of the two would count{lists}")
        seen.add(option.name)


def signature_of(record: type[Any]) -> Signature:
    """The fields of a dataclass as keyword parameters, their annotations resolved; a record's own stand
    before those that it inherits."""
    hints = get_type_hints(record, include_extras=True)
    homes = [set(get_annotations(kind)) for kind in record.__mro__]
    parameters = []
    options = [entry for entry in fields(record) if not entry.metadata.get("typed")]
    for entry in sorted(options, key=lambda entry: [entry.name in home for home in homes].index(True)):
        default = Parameter.empty if entry.default is MISSING else entry.default
        if entry.default_factory is not MISSING:
            default = entry.default_factory()
        parameters.append(
            Parameter(entry.name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[entry.name])
        )
    return Signature(parameters)


def protect(word: str) -> str:
    """A word that typer does not take for an option, when it is standard input with columns."""
    return PROTECTED + word if word.startswith("-:") else word


def unprotect(value: Any) -> Any:
    """The value as it was typed; lists become tuples."""
    if isinstance(value, str):
        return value.removeprefix(PROTECTED)
    if isinstance(value, (list, tuple)):
        return tuple(unprotect(item) for item in value)
    return value
