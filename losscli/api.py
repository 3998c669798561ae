"""The library: one function per command. It returns records, prints nothing and never exits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscli import losses as _families
from losscli.arrays import Rows
from losscli.engine.local import evaluate, find_row
from losscli.engine.request import Listeners, Request
from losscli.errors import UsageError
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss, parse_losses
from losscli.report.compute import ComputeReport

if TYPE_CHECKING:
    from losscli.report.explaining import ExplainReport
    from losscli.report.listing import ListReport

__all__ = ["compute", "explain", "list_losses", "make_request", "sample_row"]

_families.load()


def compute(
    losses: str | Sequence[BoundLoss],
    *sources: Any,
    listeners: Listeners | None = None,
    **options: Any,
) -> ComputeReport:
    """Per-sample and reduced values of one or several losses.

    `losses` is a text as the command line takes it (``"bce"``, ``"huber:delta=0.5,mae"``). `sources` are, in
    the order of the losses' inputs, either SOURCE texts (``"y.csv"``, ``"data.csv:label"``) or arrays: (n,),
    or (n, k) for losses of vectors and for several outputs.

    Options, with the meaning that the command line gives them: `weight`, `id`, `unpaired`, `reduction`
    ("mean,p95"), `multioutput`, `missing`, `labels`, `header`, `delimiter`, `input_format`, `rows`, `worst`,
    `gradient`.

    Raises the classes of `losscli.errors`: UsageError (2), DataError (3), StorageError (4).

    >>> report = compute("bce", [1.0, 0.0], [0.8, 0.1])
    >>> round(report.results[0].headline.value, 6)
    0.164252
    """
    return evaluate(make_request(losses, sources, **options), listeners)


def make_request(losses: str | Sequence[BoundLoss], sources: Sequence[Any], **options: Any) -> Request:
    """The request that these arguments mean. Raises UsageError for an option that does not exist."""
    bound = parse_losses(losses) if isinstance(losses, str) else tuple(losses)
    given = dict(options)
    if "reduction" in given:
        words = parse_reductions(",".join(_words(given.pop("reduction"))))
        given["reductions"] = tuple(word.name for word in words)
    for name in ("id", "labels"):
        if name in given:
            given[name] = _words(given[name]) if name == "labels" else _keys(given[name])
    known = set(Request._fields) - {"losses", "sources"}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"compute has no option {unknown[0]!r}",
            hint=f"options: {', '.join(sorted(known | {'reduction'} - {'reductions'}))}",
        )
    if given.get("rows") is not None and given.get("worst") is not None:
        raise UsageError("--rows and --worst choose different rows", hint="leave out one of the two")
    return Request(losses=bound, sources=tuple(sources), **given)


def _words(value: str | Sequence[str]) -> tuple[str, ...]:
    """Words separated by commas, or a sequence of them."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",")) if value else ()
    return tuple(value)


def _keys(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """The key columns: one text for all files, or one for each."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def sample_row(
    losses: str | Sequence[BoundLoss], *sources: Any, row: int, **options: Any
) -> tuple[Rows, ...]:
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
        return explaining.explain(*topics, target=target, prediction=prediction)
    if len(topics) < 2 or target is not None or prediction is not None:
        raise UsageError(
            "row takes a loss and its sources, and no values",
            hint='for example: explain("bce", "y.csv", "p.csv", row=17)',
        )
    cells = sample_row(*topics, row=row, **options)
    return explaining.explain(topics[0], cells=cells, place=f"row {row}")
