"""`losscli plot`: pictures, in the terminal or as files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from losscli.cli import options as flag
from losscli.cli.help import command
from losscli.cli.options import Read
from losscli.cli.reading import begin_reading, plan_outputs, read_options
from losscli.errors import UsageError
from losscli.plots.kinds import KINDS, find_kind

if TYPE_CHECKING:
    from losscli.cli.publishing import Publication
    from losscli.outputs import View

EXAMPLES = (
    "losscli plot curve mse,mae,huber:delta=1 --target 0",
    "losscli plot samples mse sample_data/diabetes.csv:target :prediction",
)
_PICTURE = re.compile(r"(?:(?P<form>png|svg|pdf)=(?P<named>.+)|(?P<path>.+\.(?P<suffix>png|svg|pdf)))", re.I)
_SIDES = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[xX]\s*(\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlotOptions(Read):
    """Pictures: in the terminal, or with -o FILE.png (svg, pdf) as a file.

    A pipe gets the numbers that are drawn, tab-separated; -f json or csv gives them with names. The kinds:

    KINDS
    """

    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", show_default=False, help=", ".join(KINDS)),
    ]
    words: Annotated[
        list[str],
        typer.Argument(metavar="...", show_default=False, help="LOSSES and sources, as the kind takes them."),
    ] = field(default_factory=list)
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="V[,V...]", help="The targets of curves. [default: 0,1 for labels]"),
    ] = None
    range: Annotated[
        str | None,
        typer.Option("--range", metavar="LOW..HIGH", help="The ends of the horizontal axis of curves."),
    ] = None
    bins: Annotated[
        int | None,
        typer.Option(
            "--bins", metavar="N", min=1, max=1000, help="Bars of a histogram, bins of a calibration."
        ),
    ] = None
    confidence: Annotated[
        float | None,
        typer.Option("--confidence", metavar="LEVEL", help="Level of intervals. [default: 0.95]"),
    ] = None
    base: Annotated[
        Literal["e", "2", "10"] | None,
        typer.Option("--base", help="Unit of information: nats, bits or dits. [default: e]"),
    ] = None
    row: Annotated[
        int | None,
        typer.Option("--row", metavar="N", min=1, help="The row that is drawn, of files of distributions."),
    ] = None
    weight: flag.Weight = None
    group: flag.Group = None
    as_: flag.As = None
    size: Annotated[
        str | None,
        typer.Option(
            "--size", metavar="WxH", help="Characters of the terminal's picture. [default: the window]"
        ),
    ] = None
    inches: Annotated[
        str | None,
        typer.Option("--inches", metavar="WxH", help="Size of a png, svg or pdf. [default: 7.5x5]"),
    ] = None


def run(options: PlotOptions) -> None:
    """Make the record, draw it."""
    kind = find_kind(options.kind)
    pictures = [found for text in options.output if (found := _picture(text)) is not None]
    rest = [text for text in options.output if _picture(text) is None]
    words = options.words[1:] if kind.takes_loss else options.words
    sources = [*words, options.weight, options.group]
    cells = _cells(options.size)
    inches = _inches(options.inches, pictures)
    publication = plan_outputs(replace(options, output=rest), sources, [path for path, _ in pictures])
    publication = _drawing(publication, cells)
    from losscli import api
    from losscli.cli.evaluating import losses_first

    begin_reading()
    losses = options.words[0] if kind.takes_loss and options.words else ""
    with losses_first(losses, words, f"plot {kind.name}"):
        report = api.plot(kind.name, *options.words, **_options(options))
    with ExitStack() as stack:
        for path, form in pictures:
            _write(path, api.draw(report, form, inches=inches), stack)
        pieces = publication.prepare(report, stack)
    publication.show(pieces)
    publication.warn(report)


def _options(options: PlotOptions) -> dict[str, Any]:
    """What the library's plot takes; what was not given is left out."""
    given: dict[str, Any] = {
        "target": None if options.target is None else _numbers(options.target),
        "range": None if options.range is None else _range(options.range),
        "bins": options.bins,
        "confidence": options.confidence,
        "base": options.base,
        "row": options.row,
        "weight": options.weight,
        "group": options.group,
        "as_": options.as_,
    }
    return {name: value for name, value in given.items() if value is not None} | read_options(options)


def _picture(text: str) -> tuple[str, str] | None:
    """The path and the form of an output that is a picture; None for another output."""
    found = _PICTURE.fullmatch(text)
    if found is None:
        return None
    path, form = found["named"] or found["path"], found["form"] or found["suffix"]
    return path, form.lower()


def _write(path: str, content: bytes, stack: ExitStack) -> None:
    """Write the file under its temporary name, to be put in place when the stack closes."""
    from losscli.outputs.files import OutputFile

    stack.enter_context(OutputFile(path)).write(content)


def _drawing(publication: Publication, cells: tuple[int, int] | None) -> Publication:
    """The publication whose tables are pictures."""

    def render(report: Any, view: View) -> Iterator[str]:
        from losscli.plots.drawing import picture_lines

        sized = view if cells is None else replace(view, width=cells[0])
        return picture_lines(report, sized, _window() if cells is None else cells[1])

    def drawn(form: Any) -> Any:
        return form._replace(render=render) if form.name == "table" else form

    files = tuple(target._replace(format=drawn(target.format)) for target in publication.files)
    return replace(publication, format=drawn(publication.format), files=files)


def _window() -> int:
    """The lines of the window, but one for the prompt."""
    lines = os.environ.get("LINES", "")
    if lines.isascii() and lines.isdigit() and int(lines) > 0:
        return max(int(lines) - 1, 10)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).lines - 1, 10)
    except (ValueError, OSError, AttributeError):
        return 24


def _numbers(text: str) -> tuple[float, ...]:
    from losscli.sources.cells import is_number

    words = [word.strip() for word in text.split(",")]
    bad = next((word for word in words if not is_number(word)), None)
    if bad is not None:
        raise UsageError(f"--target {text}: {bad!r} is no number", hint="--target 0,1")
    return tuple(map(float, words))


def _range(text: str) -> tuple[float, float]:
    from losscli.sources.cells import is_number

    words = [word.strip() for word in text.split("..", 1)]
    if len(words) != 2 or not all(map(is_number, words)):
        raise UsageError(f"--range {text}: not LOW..HIGH", hint="--range -2..2")
    return float(words[0]), float(words[1])


def _sides(option: str, text: str, example: str) -> tuple[float, float]:
    found = _SIDES.fullmatch(text)
    if found is None:
        raise UsageError(f"{option} {text}: not WIDTHxHEIGHT", hint=f"{option} {example}")
    return float(found[1]), float(found[2])


def _cells(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    from losscli.plots.drawing import check_cells

    width, height = _sides("--size", text, "80x24")
    if not (width.is_integer() and height.is_integer()):
        raise UsageError(f"--size {text}: characters are whole", hint="--size 80x24; --inches sizes a file")
    return check_cells((int(width), int(height)))


def _inches(text: str | None, pictures: list[tuple[str, str]]) -> tuple[float, float]:
    """The size of files. Raises UsageError for one that no file has, and where matplotlib is missing."""
    from losscli.plots.files import INCHES, check_inches, check_installed

    if text is not None and not pictures:
        raise UsageError("--inches is the size of a file", hint="-o picture.png; --size 80x24 for a terminal")
    if pictures:
        check_installed()
    return INCHES if text is None else check_inches(_sides("--inches", text, "7.5x5"))


_KINDS = "\n\n    ".join(f"{kind.name} {kind.takes}: {kind.words}" for kind in KINDS.values())
PlotOptions.__doc__ = (PlotOptions.__doc__ or "").replace("KINDS", _KINDS)  # python -OO keeps none


def build() -> Any:
    """The command as typer runs it."""
    return command("plot", PlotOptions, run, usage="KIND [LOSSES] [SOURCE...]", examples=EXAMPLES)
