"""The library: one function per command. It returns records, prints nothing and never exits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from losscli import losses as _losses  # noqa: F401  has the registry find every family
from losscli.arrays import Rows
from losscli.engine.asking import VALUES, Losses, comma_words, make_request
from losscli.engine.local import evaluate, find_row
from losscli.engine.request import Listeners, Request
from losscli.errors import UsageError
from losscli.report.compute import ComputeReport

if TYPE_CHECKING:
    from losscli.analysis.asking import Asked
    from losscli.analysis.config import Config
    from losscli.report.checks import ChecksReport
    from losscli.report.compare import CompareReport
    from losscli.report.explaining import ExplainReport
    from losscli.report.figure import PlotReport
    from losscli.report.inspect import InspectReport
    from losscli.report.listing import ListReport
    from losscli.report.reconcile import ReconcileReport
    from losscli.report.verdict import CheckReport

__all__ = [
    "check",
    "check_config",
    "compute",
    "draw",
    "explain",
    "inspect",
    "list_losses",
    "make_request",
    "merge",
    "plot",
    "reconcile",
    "sample_row",
]

READING = frozenset(
    {"id", "unpaired", "weight", "missing", "labels", "header", "delimiter", "input_format", "jobs"}
)
"""The options that are about reading and pairing."""


def compute(
    losses: Losses,
    *sources: Any,
    listeners: Listeners | None = None,
    **options: Any,
) -> ComputeReport:
    """Per-sample and reduced values of one or several losses.

    `losses` is a text as the command line takes it (``"bce"``, ``"huber:delta=0.5,mae"``), a loss such as
    ``losscli.losses.bce``, or a sequence of these. `sources` are, in the order of the losses' inputs, SOURCE
    texts or paths (``"y.csv"``, ``"data.csv:label"``), or arrays, lists and series: (n,), or (n, k) for
    losses of vectors and for several outputs. A mapping of names to (n,) arrays and a data frame (pandas,
    polars, Arrow) are columns with names, which `id` may name; `weight`, `group` and `by` may be arrays (n,)
    as well.

    Options, with the meaning that the command line gives them: `as_` (a framework), `weight`, `group`, `by`,
    `id`, `unpaired`, `reduction` ("mean,p95"), `multioutput`, `missing`, `labels`, `header`, `delimiter`,
    `input_format`, `confidence`, `rows`, `worst`, `gradient`, `jobs`, `engine` ("local" or "dask"),
    `scheduler`; with ``state=True`` the report has a `state`, which `merge` adds to those of other parts.

    Raises the classes of `losscli.errors`: UsageError (2), DataError (3), StorageError (4).

    >>> report = compute("bce", [1.0, 0.0], [0.8, 0.1])
    >>> round(report.results[0].headline.value, 6)
    0.164252
    """
    return _evaluated(make_request(losses, sources, **options), listeners)


def merge(*states: Any) -> ComputeReport:
    """The report over all rows of several parts, from their states, in the order of their rows.

    A state is what ``compute(..., state=True).state`` holds (a mapping), or the path of a file that `losscli
    compute --state` wrote. Every part is computed with the same losses, columns and options.

    Raises UsageError for none or a state given twice (2), FormatError and StateError for what is no state or
    does not belong to the others (3), ReadError (4).

    >>> parts = [compute("mse", [1.0], [2.0], state=True), compute("mse", [3.0], [6.0], state=True)]
    >>> merge(*(part.state for part in parts)).results[0].headline.value
    5.0
    """
    from losscli.engine.state import Part, merged, read_part

    found = []
    for place, state in enumerate(states, start=1):
        part = Part(f"state {place}", state) if isinstance(state, Mapping) else read_part(str(state))
        found.append(part)
    return merged(found)


def compare(losses: Losses, target: Any, *predictions: Any, **options: Any) -> CompareReport:
    """Several predictions of one target, ranked; the paired difference of each to the reference.

    `names` are those of the predictions ("A,B"; default: the files' stems, or the columns of one file),
    `reference` is one of them (default: the first). `confidence` (0.95) is the level of intervals and tests;
    `resamples` their number, with `seed` (0): without it 10,000, and none above 5,000 rows. The others are
    `compute`'s about reading and pairing, `as_`, `weight`, `group`, `multioutput`.

    Raises UsageError for fewer than two predictions or a name twice, and what `compute` raises.

    >>> report = compare("mse", [1.0, 2.0, 3.0], [1.1, 2.1, 2.8], [1.5, 2.5, 3.5], names="a,b")
    >>> [(one.name, one.rank) for one in report.results[0].standings]
    [('a', 1), ('b', 2)]
    """
    from losscli.analysis.comparing import Entrants, compare_all
    from losscli.analysis.entrants import Contest
    from losscli.engine.each import evaluate_each

    contest, listeners = Contest.taken_from(options), options.pop("listeners", None)
    request = make_request(losses, (target, *predictions), **options)
    called = () if contest.names is None else comma_words("names", contest.names)
    names, reference = contest.named(request.losses, target, predictions, called)
    return compare_all(Entrants(evaluate_each(request, listeners), names, reference), contest.certainty())


def check(losses: Losses, *sources: Any, **options: Any) -> CheckReport:
    """Losses against requirements: `verdict` is "pass", "fail" or "unclear", `exit_code` 0 or 1.

    `max`, `min` and `equals` are numbers (of the only loss), texts as the command line takes them
    (``"bce/p95=2"``), mappings of terms to numbers, or sequences of texts; `rtol` (1e-9) and `atol` (0) are
    what `equals` allows, and what `golden` lets a sample move. The other arguments are those of `compute`. A
    requirement that no computed number answers is not met.

    `baseline` is a file of per-sample values, which `max_increase` and `max_decrease` compare with: numbers,
    texts (``"1%"``, ``"bce@eu=0.01"``) or mappings as above; `on_unclear` is "estimate", "pass" or "fail".
    With ``update=True`` the baseline or golden file is written instead.

    Raises UsageError for a requirement of something that is not computed, StateError for a baseline of
    another loss, and what `compute` raises.

    >>> check("bce", [1.0, 0.0], [0.8, 0.1], max=0.2).verdict
    'pass'
    """
    from losscli.analysis.asking import verdict_on

    listeners = options.pop("listeners", None)
    return verdict_on(_asked(losses, sources, options), _evaluated, listeners)


def check_config(
    config: str | PathLike[str] | Config | None = None,
    *,
    jobs: int | None = None,
    update: bool = False,
    listeners: Listeners | None = None,
) -> ChecksReport:
    """Every check of a losscli.toml, or of the [tool.losscli] of a pyproject.toml.

    `config` is the file; without one, losscli.toml or pyproject.toml in the working folder. Paths in it are
    relative to its folder. `jobs` beats what the file says; with ``update=True`` its baseline and golden
    files are written anew. Checks that read the same sources in the same way
    read them once. The report's `verdict` is "pass", "fail", "unclear", or "error" where a check could not be
    scored; `exit_code` is the gravest of all.

    Raises UsageError for what is wrong with the file, all mistakes together, each with its line; ReadError.
    """
    from losscli.analysis.config import Config, read_config
    from losscli.analysis.config_run import Library, Wish, run_checks

    if not VALUES["jobs"][0](jobs):
        raise UsageError(f"jobs={jobs!r}: not {VALUES['jobs'][1]}")
    found = config if isinstance(config, Config) else read_config(None if config is None else fspath(config))
    return run_checks(found, Library(_asked, _evaluated), listeners, Wish(jobs, update))


def inspect(*sources: Any, listeners: Listeners | None = None, **options: Any) -> InspectReport:
    """What a target and a prediction hold, what is wrong with them, and which losses fit, the best one first.

    `sources` are the target and the prediction as `compute` takes them, `options` its options about reading
    and pairing: `id`, `unpaired`, `weight`, `missing`, `labels`, `header`, `delimiter`, `input_format`,
    `jobs`. Weights count in the values of the losses; what looks wrong is judged row by row.

    Raises what `compute` raises for what cannot be read or paired.

    >>> report = inspect([1.0, 0.0, 1.0], [0.8, 0.1, 0.7])
    >>> report.problem, report.fits[0].spec
    ('two classes against probabilities', 'bce')
    """
    from losscli.analysis.inspecting.inspection import inspect as look

    odd = sorted(set(options) - READING - {"block_bytes"})
    if odd:
        raise UsageError(f"inspect has no option {odd[0]!r}", hint=f"options: {', '.join(sorted(READING))}")
    request = make_request("mse", sources, **options)
    return look(request, None if listeners is None else listeners.progress)


def _asked(losses: Losses, sources: Sequence[Any], options: Mapping[str, Any]) -> Asked:
    """What a check computes and requires. Raises UsageError for what no data could answer."""
    from losscli.analysis.asking import EARLIER, Asked, asks_earlier
    from losscli.analysis.gate import RTOL, Tolerance
    from losscli.analysis.requirements import check_stats, parse_requirements
    from losscli.analysis.worst import rows_wanted

    rest = dict(options)
    given = {kind: _terms(rest.pop(kind, ())) for kind in ("max", "min", "equals")}
    rtol, atol = (_tolerance(name, rest.pop(name, usual)) for name, usual in (("rtol", RTOL), ("atol", 0.0)))
    before: dict[str, Any] = {name: rest.pop(name) for name in EARLIER if name in rest}
    request = make_request(losses, sources, **rest)
    earlier = None
    if asks_earlier(before) or request.confidence is not None:
        from losscli.analysis.baseline import parse_earlier
        from losscli.analysis.baseline_limits import CHANGES

        changes = {kind: _terms(before.get(kind.replace("-", "_"))) for kind in CHANGES}
        earlier = parse_earlier(before, changes, request)
    requirements = parse_requirements(given, request.losses, segmented=request.by is not None, beside=earlier)
    check_stats(requirements, request.losses)
    words = [one.quantile for one in requirements if one.quantile is not None]  # a summary has the others
    wanted = tuple(dict.fromkeys((*request.reductions, *words)))
    looked_for = rows_wanted(requirements, request.losses)
    request = request._replace(reductions=wanted, summary=True, worst_of=looked_for)
    return Asked(request, requirements, Tolerance(rtol, atol), earlier)


def _terms(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{term}={_limit_text(limit)}" for term, limit in value.items()]
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [_limit_text(value)]
    return [str(entry) for entry in value]


def _limit_text(value: object) -> str:
    """A limit as the command line takes it; NumPy's numbers print their type."""
    return value if isinstance(value, str) else repr(float(value) if isinstance(value, float) else value)


def _tolerance(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise UsageError(f"--{name} {value}: a tolerance is a finite number of at least 0")
    return float(value)


def _evaluated(request: Request, listeners: Listeners | None) -> ComputeReport:
    """The report of a request, by the engine that it names."""
    if request.engine == "dask":
        from losscli.engine.cluster.driver import evaluate_on_dask

        return evaluate_on_dask(request, listeners)
    return evaluate(request, listeners)


def sample_row(losses: Losses, *sources: Any, row: int, **options: Any) -> tuple[Rows, ...]:
    """The inputs of one data row (from 1), an array with one row each, labels coded and domains checked."""
    return find_row(make_request(losses, sources, **options), row)


def list_losses(
    text: str | None = None,
    *,
    family: str | None = None,
    framework: str | None = None,
    target: str | None = None,
) -> ListReport:
    """The losses whose name, alias, title or framework call holds `text`, and that pass the filters.

    Raises UsageError for a family, framework or kind of target that no loss has, UnknownLoss when nothing
    matches.

    >>> [entry.name for entry in list_losses("huber").losses]
    ['huber', 'pseudo_huber']
    """
    from losscli.analysis import listing

    return listing.list_losses(text, family=family, framework=framework, target=target)


def explain(
    *topics: Any,
    target: str | float | Sequence[float] | None = None,
    prediction: str | float | Sequence[float] | None = None,
    inputs: Mapping[str, str | float | Sequence[float]] | None = None,
    row: int | None = None,
    **options: Any,
) -> ExplainReport:
    """Explain losses, error codes and topics; with values, trace the arithmetic of a loss step by step.

    ``explain("bce", target=1.0, prediction=0.8)`` traces one sample. With `row` the topics are a loss and its
    sources, and the sample is that data row (from 1); `options` are those of `sample_row`. Raises UsageError
    with the nearest topics, and what `compute` raises.

    >>> explain("bce", target=[1.0], prediction=[0.8]).traces[0].samples[0].value
    0.2231435513142097
    """
    from losscli.analysis import explaining

    if row is None:
        return explaining.explain(*topics, target=target, prediction=prediction, inputs=inputs)
    if len(topics) < 2 or target is not None or prediction is not None:
        raise UsageError(
            "row takes a loss and its sources, and no values",
            hint='for example: explain("bce", "y.csv", "p.csv", row=17)',
        )
    cells = sample_row(*topics, row=row, **options)
    return explaining.explain(topics[0], cells=cells, place=f"row {row}")


def plot(kind: str, *words: Any, **options: Any) -> PlotReport:
    """What a picture shows, as a record: `losscli.plots.kinds` lists the kinds and what each takes.

    `words` are the losses, where the kind takes them, and the sources, as `compute` takes both. `target`
    (numbers) and `range` (two numbers) are options of curves; the others are those of `compute` about reading
    and pairing, and `as_`. Raises UsageError for what the kind does not take, and what `compute` raises.

    >>> plot("curve", "mse", target=[0.0], range=(-1.0, 1.0)).panels[0].series[0].y[-1]
    1.0
    """
    from losscli.plots.making import make_picture

    return make_picture(kind, words, options)


def draw(
    report: PlotReport, form: str = "text", *, cells: tuple[int, int] = (80, 24), inches: Any = (7.5, 5.0)
) -> Any:
    """The picture of a record: "text" of `cells` characters, or the bytes of a "png", "svg" or "pdf" of
    `inches`. Raises UsageError where matplotlib is missing, and for a size that nobody could read."""
    if form != "text":
        from losscli.plots.files import picture_bytes

        return picture_bytes(report, form, inches)
    from losscli.outputs.view import View
    from losscli.plots.drawing import check_cells, picture_lines

    width, height = check_cells(cells)
    return "".join(picture_lines(report, View(width=width), height))


def reconcile(losses: Losses, *sources: Any, value: Any = (), **options: Any) -> ReconcileReport:
    """Which conventions give a printed number: `value` is a text, whose digits count (``"0.2469"``), a number
    with all its digits, or a sequence of these. With two, what separates them; with none, every convention's
    number. `options` are `as_`, `weight` and those about reading and pairing.

    Raises what `compute` raises; UsageError for more rows than memory should hold.

    >>> reconcile("bce", [1.0, 0.0], [0.8, 0.1], value="0.3285").sought[0].fits[0].words
    'the sum over the rows'
    """
    from losscli.analysis.reconciling import reconcile as search
    from losscli.analysis.reconciling.printed import read, refuse_options

    refuse_options(options)
    several = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    printed = [read(one) for one in several]
    return search(make_request(losses, sources, samples=False, **options), printed)
