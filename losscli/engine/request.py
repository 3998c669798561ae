"""What is to be computed: one frozen record that the command line, the library and the tests all fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from losscli.arrays import Floats, Integers
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.report.samples import SampleColumns

if TYPE_CHECKING:
    from losscli.engine.following import Follower
    from losscli.report.worst import WorstOf

__all__ = ["Listeners", "Progress", "Request", "SampleColumns", "SampleSink"]


class Request(NamedTuple):
    """One evaluation.

    `sources` are SOURCE texts, or arrays and sequences of numbers from the library. `reductions` are words of
    `--reduction`. `group` names the lists of a ranking loss, or the series of a scaled one, `by` the segments
    that have numbers of their own. `summary` asks for the five default reductions, which cost a pass of exact
    squares more than the mean alone, and for the frameworks whose number differs. `rows` is a number, "all",
    or None for the default choice; `worst` asks for the largest losses. `jobs` is the number of threads that
    parse and score, None for one each core. `state` asks for what `merge` adds up, and leaves out what cannot
    be added. `engine` is "local" or "dask", `scheduler` the address of a Dask scheduler (None: a cluster on
    this machine). `part` is above 0 where these are some of the rows only: what needs all of them is left to
    who adds up the parts, and a sketch of what a quantile needs keeps so many values.
    `worst_of` says which rows are found and placed beside those that are shown. `confidence` is the level of
    the intervals of means, None without any.
    """

    losses: tuple[BoundLoss, ...]
    sources: tuple[Any, ...]
    weight: Any = None
    group: Any = None
    by: Any = None
    id: tuple[str, ...] = ()
    unpaired: str = "error"
    reductions: tuple[str, ...] = ("mean",)
    summary: bool = True
    multioutput: str = "mean"
    missing: str = "error"
    labels: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    input_format: str | None = None
    rows: int | str | None = None
    worst: int | None = None
    samples: bool = True
    gradient: bool = False
    block_bytes: int | None = None
    jobs: int | None = None
    state: bool = False
    engine: str = "local"
    scheduler: str | None = None
    part: int = 0
    confidence: float | None = None
    worst_of: tuple[WorstOf, ...] = ()


class SampleSink(Protocol):
    """Takes all per-sample values, block by block, in file order."""

    def begin(self, columns: SampleColumns) -> None:
        """Told once, before the first block."""
        ...

    def add(
        self, rows: Integers, ids: Sequence[str] | None, values: Sequence[Floats], gradients: Sequence[Floats]
    ) -> None:
        """Row numbers (n,), ids, one (n,) array per result, one (n, k) array per gradient."""
        ...


class Progress(Protocol):
    """Told now and then how far the reading is."""

    def __call__(self, rows: int, bytes_read: int, bytes_total: int | None) -> None: ...


class Listeners(NamedTuple):
    """Who wants to hear of a running evaluation."""

    sinks: tuple[SampleSink, ...] = ()
    progress: Progress | None = None
    follower: Follower | None = None
