"""Every flag, worded once. A command takes a frozen record whose fields are annotated with these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

import typer

Losses: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="LOSSES",
        show_default=False,
        help="NAME[:PARAM=VALUE...], several with commas: bce  huber:delta=0.5  mse,mae,pinball:tau=0.9  "
        "bce,bce:as=keras  torch.cross_entropy",
    ),
]
Sources: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        show_default=False,
        help="PATH[:COLUMNS], the target first: y.csv p.csv  d.csv:label :score  d.csv:label :p0..p9; "
        "- is standard input, a folder or a quoted glob its part files: y_parts/ 'p_*.csv'; "
        "ROLE=SOURCE names another input: variance=:v  train=history.csv",
    ),
]
LossesIfAny: TypeAlias = Annotated[str | None, Losses.__metadata__[0]]
SourcesIfAny: TypeAlias = Annotated[list[str], Sources.__metadata__[0]]
Weight: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--weight",
        metavar="COLUMN|SOURCE",
        help="Weight of each row: a column of the inputs, :COLUMN, or a file.",
    ),
]
Group: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="COLUMN|SOURCE",
        help="What each row belongs to: the list of a ranking loss, the series of a scaled error.",
    ),
]
By: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="COLUMN|SOURCE",
        help="Numbers for each segment too: the rows of each value of this column.",
    ),
]
As: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="FRAMEWORK",
        help="Give the number that torch, keras, optax, sklearn ... prints, by its own convention, for "
        "every loss of the call.",
    ),
]
Id: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--id",
        metavar="COLUMN[,COLUMN...]",
        show_default=False,
        help="Pair rows by this key instead of by position; repeated: the key of each source in order.",
    ),
]
Unpaired: TypeAlias = Annotated[
    Literal["error", "skip"],
    typer.Option("--unpaired", help="What to do with keys that not all sources have."),
]
Reduction: TypeAlias = Annotated[
    str,
    typer.Option(
        "--reduction",
        metavar="WORD[,WORD...]",
        help="mean, sum, std, min, max, median, pNN (p95, p99.9) or none; the first one is the headline.",
    ),
]
MultiOutput: TypeAlias = Annotated[
    Literal["mean", "sum", "none"],
    typer.Option("--multioutput", help="How the columns of one row are combined."),
]
Missing: TypeAlias = Annotated[
    Literal["error", "skip"],
    typer.Option("--missing", help="What to do with rows in which a cell is empty, NA, null or nan."),
]
Labels: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--labels", metavar="A,B[,C...]", help="The classes in order; of two, the second is positive."
    ),
]
Header: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        show_default=False,
        help="Whether the first row holds names. [default: decided]",
    ),
]
Delimiter: TypeAlias = Annotated[
    str | None,
    typer.Option("--delimiter", metavar="CHARACTER", help="Between the cells of a CSV. [default: decided]"),
]
InputFormat: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--input-format",
        metavar="NAME",
        help="csv, tsv, json, ndjson, npy, npz, parquet, arrow. [default: from the suffix]",
    ),
]
Config: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Run every [[check]] of this file. [default, without LOSSES: losscli.toml, else [tool.losscli] "
        "of pyproject.toml]",
    ),
]
Max: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--max",
        metavar="V|TERM=V",
        show_default=False,
        help="Not met above V. TERM: bce, bce/p95, skill, n, coverage; repeatable.",
    ),
]
Min: TypeAlias = Annotated[
    list[str],
    typer.Option("--min", metavar="V|TERM=V", show_default=False, help="Not met below V; repeatable."),
]
Equals: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--equals",
        metavar="V|TERM=V",
        show_default=False,
        help="Not met away from V, by more than --rtol and --atol allow; repeatable.",
    ),
]
Rtol: TypeAlias = Annotated[
    float, typer.Option("--rtol", metavar="R", help="How far --equals lets a number lie, relatively.")
]
Atol: TypeAlias = Annotated[
    float, typer.Option("--atol", metavar="A", help="How far --equals lets a number lie, absolutely.")
]
Baseline: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="The --per-sample file of an earlier run, for --max-increase and --max-decrease.",
    ),
]
MaxIncrease: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--max-increase",
        metavar="V|TERM=V",
        show_default=False,
        help="Not met where the mean rises above the baseline's by more than V: 0.002, 1%, bce=1%, "
        "bce@eu=0.01; repeatable.",
    ),
]
MaxDecrease: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--max-decrease",
        metavar="V|TERM=V",
        show_default=False,
        help="The same for a fall, where higher is better; repeatable.",
    ),
]
OnUnclear: TypeAlias = Annotated[
    Literal["estimate", "pass", "fail"],
    typer.Option(
        "--on-unclear",
        help="What counts where the interval of the change holds the limit: the mean itself, ...",
    ),
]
Level: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--confidence",
        metavar="LEVEL",
        show_default=False,
        help="Level of the interval that decides about a baseline. [default: 0.95]",
    ),
]
Golden: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--golden",
        metavar="FILE",
        help="The --per-sample file from which no row may move, by more than --rtol and --atol allow.",
    ),
]
Update: TypeAlias = Annotated[
    bool,
    typer.Option("--update", help="Write the baseline or golden file from this run, if all else is met."),
]
Confidence: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--confidence",
        metavar="LEVEL",
        help="Add the interval that covers the true mean with this chance: 0.95. "
        "`losscli explain compare` says how.",
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, help="Threads that parse and score. [default: one for each core]"
    ),
]
Engine: TypeAlias = Annotated[
    Literal["local", "dask"],
    typer.Option(
        "--engine", help="Where rows are read and scored: here, or by the workers of a Dask cluster."
    ),
]
Scheduler: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --engine dask: tcp://HOST:8786. [default: a cluster on this machine, --jobs processes]",
    ),
]
Rows: TypeAlias = Annotated[
    str | None,
    typer.Option("--rows", metavar="N|all", help="Show the first N rows in file order, or all of them."),
]
Worst: TypeAlias = Annotated[
    int | None, typer.Option("--worst", metavar="N", min=1, help="Show the N rows with the largest losses.")
]
Gradient: TypeAlias = Annotated[
    bool, typer.Option("--gradient", help="Add the derivative by each prediction to the rows.")
]
PerSample: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--per-sample", metavar="PATH", help="Write all per-sample values to a file; its suffix decides how."
    ),
]
State: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--state", metavar="PATH", help="Write what these rows add up to, some kilobytes for `losscli merge`."
    ),
]
Precision: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--precision",
        metavar="N",
        min=1,
        max=17,
        help="Significant digits in table, markdown and latex; machine formats never round. [default: 4]",
    ),
]
Format: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="NAME",
        help="auto, table, plain, value, json, ndjson, csv, tsv, markdown, latex; compute, check, merge: "
        "github-benchmark; check: junit, github. [default: auto, which is table on a terminal, else "
        "plain; environment: LOSSCLI_FORMAT]",
    ),
]
Output: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "-o",
        "--output",
        metavar="PATH|FORMAT=PATH",
        show_default=False,
        help="Write the report to a file as well; repeatable; the suffix or FORMAT decides how.",
    ),
]
Color: TypeAlias = Annotated[
    Literal["auto", "always", "never"], typer.Option("--color", help="Colours in tables.")
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("-q", "--quiet", help="Nothing on standard error but errors.")
]
Verbose: TypeAlias = Annotated[
    bool,
    typer.Option(
        "-v", "--verbose", help="Say what was decided about each input: header, format, delimiter, labels."
    ),
]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@dataclass(frozen=True, kw_only=True, init=False, eq=False, repr=False)
class Shown:
    """How a report is shown: the options that every command has. `command` names it to the formats that print
    the reports of some commands only."""

    command: ClassVar[str] = ""

    format: Format = None
    output: Output = field(default_factory=list)
    precision: Precision = None
    color: Color = "auto"
    quiet: Quiet = False
    verbose: Verbose = False
    debug: Debug = False


@dataclass(frozen=True, kw_only=True, init=False, eq=False, repr=False)
class Read(Shown):
    """How inputs are read and paired: the options of every command that reads files."""

    id: Id = field(default_factory=list)
    unpaired: Unpaired = "error"
    missing: Missing = "error"
    labels: Labels = None
    header: Header = None
    delimiter: Delimiter = None
    input_format: InputFormat = None


@dataclass(frozen=True, kw_only=True, init=False, eq=False, repr=False)
class Evaluated(Read):
    """Losses on files: the options of every command that evaluates them."""

    losses: Losses
    sources: Sources
    weight: Weight = None
    by: By = None
    group: Group = None
    as_: As = None
    multioutput: MultiOutput = "mean"
    engine: Engine = "local"
    scheduler: Scheduler = None
    jobs: Jobs = None
