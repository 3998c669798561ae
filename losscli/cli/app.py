"""The command `losscli`: typer parses, and only the command that is called is imported and built."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from losscli import __version__
from losscli.cli.help import examples_first

PROGRAM = "losscli"
VARIABLE = f"_{PROGRAM.upper()}_COMPLETE"
"""What shells set when they ask for candidates."""
COMMANDS = {
    "compute": "Per-sample and reduced values of losses on files.",
    "compare": "Ranks predictions; paired differences against the first, with intervals.",
    "check": "The gate: exit 1 when a requirement is not met.",
    "inspect": "What two files hold, what is wrong, which losses fit and why.",
    "explain": "A loss, an error code, a topic; one sample step by step.",
    "reconcile": "Which convention gives a number that another tool printed.",
    "plot": "Curves and pictures, in the terminal or to png, svg, pdf.",
    "list": "Every loss, filtered by text, family, framework, kind of target.",
    "merge": "Adds the partial states that shards wrote; same bytes as one run over all rows.",
}
"""What `losscli --help` lists, in this order. A command is one file of `commands/`, with `build()`."""

EXAMPLES = (
    "losscli compute bce sample_data/y.csv sample_data/p.csv",
    "losscli explain bce --target 1 --prediction 0.8",
)
ABOUT = "Exact losses of prediction files: per sample, reduced, and explained."

ParsingError: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises for a wrong call. It exports the subclass only, and click is nobody's to import."""


class LazyGroup(TyperGroup):
    """A group whose commands are built when they are called, so that help and version load none of them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """The command with this name, built now; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"losscli.cli.commands.{cmd_name}").build()

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """The list of commands, written without building one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """The help page, examples first."""
        examples_first(formatter, EXAMPLES)
        super().format_help(ctx, formatter)


def call(words: Sequence[str]) -> int:
    """Parse the words and run the command they name; its exit code, 1 only for a requirement that is not met.
    Raises LosscliError for every expected mistake."""
    group = _group()
    if VARIABLE in os.environ or any(word.endswith("-completion") for word in words[:1]):
        from losscli.cli import completion

        if completion.asked(os.environ):
            sys.stdout.write(completion.answer(group, words))
            return 0
        completion.use_scripts()
        if VARIABLE in os.environ:
            group.main(list(words), prog_name=PROGRAM)
    try:
        with group.make_context(PROGRAM, list(words)) as context:
            return int(group.invoke(context) or 0)
    except typer.Exit as leaving:
        if leaving.exit_code:
            from losscli.errors import UsageError

            raise UsageError("the shell's completion cannot be installed; the reason stands above") from None
        return 0
    except ParsingError as mistake:
        from losscli.cli.guesses import explained

        raise explained(mistake, words) from None


def _group() -> Any:
    app = typer.Typer(
        cls=LazyGroup,
        rich_markup_mode=None,  # rich's markup mode alone would make --help import rich
        context_settings={"help_option_names": ["-h", "--help"]},
        help=ABOUT,
        epilog="`losscli COMMAND --help` describes a command, `losscli explain` lists the topics.",
    )
    app.callback()(_root)
    return typer.main.get_command(app)


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"{PROGRAM} {__version__}\n")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass
