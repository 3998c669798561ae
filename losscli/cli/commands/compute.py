"""`losscli compute`: per-sample and reduced values of losses on files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from losscli.cli import options as flag
from losscli.cli.evaluating import (
    decided,
    evaluating,
    evaluation_options,
    plan_evaluation,
    shown_progress,
)
from losscli.cli.help import command
from losscli.cli.options import Evaluated
from losscli.cli.publishing import Publication
from losscli.cli.second_look import look_again
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.engine.request import Listeners
    from losscli.outputs.samples import SampleWriter
    from losscli.report.compute import ComputeReport

EXAMPLES = (
    "losscli compute bce sample_data/y.csv sample_data/p.csv",
    "losscli compute mse,mae sample_data/diabetes.csv:target :prediction -f json",
)

STREAMED = frozenset({"plain", "csv", "tsv", "ndjson"})
"""The formats in which all per-sample values go to standard output block by block."""
HEADLINES = frozenset({"plain", "value", "csv", "tsv", "ndjson"})
"""The formats that print the headline of each loss and nothing of its rows."""
TABLES = frozenset({"table", "markdown"})
"""The formats that show rows beside the results."""
ROUNDED = TABLES | {"latex"}
"""The formats that round numbers."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ComputeOptions(Evaluated):
    """Per-sample and reduced values of one or several losses.

    Sources come in the order of the loss's inputs, the target first. `losscli explain sources`, `names`,
    `inputs`, `frameworks`, `pairing` and `formats` say more."""

    reduction: flag.Reduction = "mean"
    confidence: flag.Confidence = None
    rows: flag.Rows = None
    worst: flag.Worst = None
    gradient: flag.Gradient = False
    per_sample: flag.PerSample = None
    state: flag.State = None


def run(options: ComputeOptions) -> None:
    """Compute and print."""
    others = [path for path in (options.per_sample, options.state) if path is not None]
    publication = plan_evaluation(options, others)
    streamed = options.reduction == "none" and publication.format.name in STREAMED
    with ExitStack() as stack:
        writers = _writers(options, publication, stack, streamed=streamed)
        report = _computed(options, publication, _listeners(options, writers, stack))
        for writer in writers:
            writer.sign([result.signature for result in report.results])
        if options.state is not None:
            _write_state(options.state, report, stack)
        pieces = None if streamed and not publication.files else publication.prepare(report, stack)
    if pieces is not None and not streamed:
        publication.show(pieces)
    publication.warn(report)
    # not in the report: one run and a merge of its parts, which has no rows to look at, print the same bytes
    seen = () if options.quiet else look_again(options, report)
    publication.tell(f"warning[{found.code}]: {found.message}" for found in seen)
    publication.tell([*unused(options, publication.formats()), *decisions(options, report)])


def _write_state(path: str, report: ComputeReport, stack: ExitStack) -> None:
    """Write the state under its temporary name, to be put in place when the stack closes."""
    import json

    from losscli.outputs.files import OutputFile

    file = stack.enter_context(OutputFile(path))
    text = json.dumps(report.state, allow_nan=False, ensure_ascii=False, indent=1)
    file.write(f"{text}\n".encode())


def _writers(
    options: ComputeOptions, publication: Publication, stack: ExitStack, *, streamed: bool
) -> list[SampleWriter]:
    """Who writes all per-sample values. They leave the stack in turn: the file, standard output last."""
    if not streamed and options.per_sample is None:
        return []
    from losscli.outputs.samples import samples_to_file, samples_to_stdout

    found = []
    if streamed:
        found.append(stack.enter_context(samples_to_stdout(publication.format.name)))
    if options.per_sample is not None:
        found.append(stack.enter_context(samples_to_file(options.per_sample)))
    return found


def _listeners(options: ComputeOptions, writers: Sequence[SampleWriter], stack: ExitStack) -> Listeners:
    """Who hears of the run: the writers, and the progress, which leaves the stack first."""
    from losscli.engine.request import Listeners

    return Listeners(sinks=tuple(writers), progress=shown_progress(options, stack))


def _computed(options: ComputeOptions, publication: Publication, listeners: Listeners) -> ComputeReport:
    from losscli import api

    with evaluating(options):
        return api.compute(
            options.losses,
            *options.sources,
            listeners=listeners,
            reduction=options.reduction,
            confidence=options.confidence,
            rows=_rows(options.rows),
            worst=options.worst,
            gradient=options.gradient,
            state=options.state is not None,
            **extent(options, publication),
            **evaluation_options(options),
        )


def extent(options: ComputeOptions, publication: Publication) -> dict[str, bool]:
    """Compute no more than is printed: the summary and the rows only where a format shows them."""
    if options.state is not None:  # `merge` may show what this run does not
        return {"summary": True, "samples": True}
    shown, *files = publication.formats()
    none = options.reduction == "none"
    rows = set(files) if none and shown in STREAMED else {shown, *files}
    return {"summary": bool({shown, *files} - HEADLINES), "samples": bool(rows if none else rows - HEADLINES)}


def unused(options: ComputeOptions, formats: Sequence[str]) -> list[str]:
    """A note for each option that changes nothing in the formats that are written."""
    notes = []
    names = " and ".join(_without_rows(options, set(formats)))
    if names:
        why = (
            "--reduction none lists every row"
            if options.reduction == "none"
            else f"{formats[0]} shows no rows beside the result"
        )
        hint = "" if options.reduction == "none" else "; --format table shows them"
        notes.append(f"note: {why}, so {names} changes nothing{hint}")
    if options.confidence is not None and (options.reduction == "none" or set(formats) == {"value"}):
        why = "--reduction none has no mean" if options.reduction == "none" else "value prints no interval"
        notes.append(f"note: {why}, so --confidence changes nothing")
    if options.precision is not None and not set(formats) & ROUNDED:
        notes.append(f"note: {formats[0]} prints every digit, so --precision changes nothing")
    return notes


def _without_rows(options: ComputeOptions, formats: set[str]) -> list[str]:
    """The options about rows that are given and choose nothing: no rows are written, or all are."""
    everything = options.reduction == "none"
    tables = bool(formats & TABLES) and not everything
    listed = "json" in formats and options.rows == "all"
    idle = {
        "--rows": options.rows is not None
        and not (tables or listed or (everything and options.rows == "all")),
        "--worst": options.worst is not None and not tables,
        "--gradient": options.gradient
        and not (tables or listed or everything or options.per_sample is not None),
    }
    return [name for name, useless in idle.items() if useless]


def _rows(text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    raise UsageError(f"--rows {text}: not a number of rows", hint="--rows 20, or --rows all")


def decisions(options: ComputeOptions, report: ComputeReport) -> list[str]:
    """What was decided about each input, when somebody asks."""
    return [decided(entry) for entry in report.inputs] if options.verbose else []


def build() -> Any:
    """The command as typer runs it."""
    return command("compute", ComputeOptions, run, usage="LOSSES SOURCE...", examples=EXAMPLES)
