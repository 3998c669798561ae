"""Nanoseconds a row of the per-sample losses, beside torch: float64, no reduction, the same threads.

    PYTHONPATH=. python tests/benchmarks/bench_kernels.py [--rows 10_000_000] [--threads 1 2] [--runs 7]
        [--block 131_072] [--losses mse bce ...]

Without torch its columns stay empty. losscli scores blocks, as its engine does: each thread takes the next
one. torch gets all rows in one call, its own way to use threads, into fresh memory as `reduction="none"`
does; in a second column it gets the same blocks as losscli, one after the other. All take turns in one
process; medians. The last column is the largest difference of the two results, in roundings of torch's
number: where it is large, torch's formula lost digits.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from measuring import machine, markdown, positive, versions

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.arrays import Rows
from losscli.registry import get
from losscli.workers import Workers

try:
    import torch
except ImportError:
    torch = None

COLUMNS = 10
SIGNIFICANT = 1e-3
"""Losses below it are left out of the comparison: clipped and cancelled digits would be all there is."""

Torch = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Kernel:
    """A loss, the same in torch, and rows for it."""

    name: str
    torch: Torch
    draw: Callable[[np.random.Generator, int], tuple[Rows, Rows]]
    columns: int = 1


def labels_and_chances(draw: np.random.Generator, rows: int) -> tuple[Rows, Rows]:
    """Labels that follow their probabilities."""
    chances = draw.uniform(1e-9, 1.0 - 1e-9, rows)
    return (draw.uniform(size=rows) < chances).astype(np.float64), chances


def soft_labels_and_chances(draw: np.random.Generator, rows: int) -> tuple[Rows, Rows]:
    """Labels between 0 and 1."""
    return draw.uniform(size=rows), draw.uniform(1e-9, 1.0 - 1e-9, rows)


def labels_and_logits(draw: np.random.Generator, rows: int) -> tuple[Rows, Rows]:
    """Labels and logits with a spread of 3."""
    logits = draw.normal(0.0, 3.0, rows)
    return (draw.uniform(size=rows) < 1.0 / (1.0 + np.exp(-logits))).astype(np.float64), logits


def numbers(draw: np.random.Generator, rows: int) -> tuple[Rows, Rows]:
    """Numbers, and others close by."""
    target = draw.normal(0.0, 3.0, rows)
    return target, target + draw.normal(size=rows)


def classes_and_logits(draw: np.random.Generator, rows: int) -> tuple[Rows, Rows]:
    """One-hot rows and ten logits each."""
    chosen = draw.integers(0, COLUMNS, rows)
    return np.eye(COLUMNS)[chosen], draw.normal(0.0, 3.0, (rows, COLUMNS))


def _two(function: str) -> Torch:
    def run(target: Any, prediction: Any) -> Any:
        return getattr(torch.nn.functional, function)(prediction, target, reduction="none")

    return run


KERNELS = (
    Kernel("mse", _two("mse_loss"), numbers),
    Kernel("mae", _two("l1_loss"), numbers),
    Kernel("huber", _two("huber_loss"), numbers),
    Kernel("bce", _two("binary_cross_entropy"), labels_and_chances),
    Kernel("bce, soft labels", _two("binary_cross_entropy"), soft_labels_and_chances),
    Kernel("bce_logits", _two("binary_cross_entropy_with_logits"), labels_and_logits),
    Kernel("softmax_ce", _two("cross_entropy"), classes_and_logits, COLUMNS),
)


def main() -> None:
    """A table for each number of threads."""
    parser = argparse.ArgumentParser(description="nanoseconds a row of losses, beside torch")
    parser.add_argument("--rows", type=positive, default=10_000_000)
    parser.add_argument("--threads", type=positive, nargs="+", default=[1, 2])
    parser.add_argument("--runs", type=positive, default=7)
    parser.add_argument("--block", type=positive, default=131_072, help="numbers of a block of losscli's")
    parser.add_argument("--losses", nargs="+", default=[kernel.name for kernel in KERNELS])
    options = parser.parse_args()
    chosen = [kernel for kernel in KERNELS if kernel.name in options.losses]
    print(f"{machine()}; {versions(('numpy', 'torch'))}; float64; medians of {options.runs} runs in turns")
    tables: dict[int, list[Sequence[str]]] = {threads: [] for threads in options.threads}
    for kernel in chosen:
        rows = options.rows // kernel.columns
        data = kernel.draw(np.random.default_rng(0), rows)
        for threads in options.threads:
            tables[threads].append(row_of(kernel, data, threads, options))
    header = (
        "loss",
        "rows",
        "losscli ns",
        "torch ns",
        "in blocks ns",
        "to torch",
        "to blocks",
        "spread",
        "off",
    )
    for threads, rows_of_table in tables.items():
        print(f"\n{threads} thread{'s' if threads > 1 else ''}\n")
        for line in markdown(header, rows_of_table):
            print(line)


def row_of(
    kernel: Kernel, data: tuple[Rows, Rows], threads: int, options: argparse.Namespace
) -> Sequence[str]:
    """The cells of one loss: nanoseconds a row, and losscli's time over torch's."""
    rows = len(data[0])
    step = max(1, options.block // kernel.columns)
    workers = Workers(threads) if threads > 1 else None
    ways: dict[str, Callable[[], object]] = {"losscli": partial(in_blocks, kernel, data, step, workers)}
    if torch is not None:
        torch.set_num_threads(threads)
        tensors = [torch.from_numpy(block) for block in data]
        ways["torch"] = partial(kernel.torch, *tensors)
        ways["torch in blocks"] = partial(torch_in_blocks, kernel, tensors, step)
    taken = in_turns(ways, options.runs)
    if workers is not None:
        workers.close()
    middle = {name: 1e9 * statistics.median(found) / rows for name, found in taken.items()}
    ours, *others = middle.values()
    spread = max(taken["losscli"]) / min(taken["losscli"]) - 1.0
    cells = [f"{found:.2f}" for found in (*others, *(ours / other for other in others))] or ["-"] * 4
    off = f"{difference(kernel, data, step):.0f}" if others else "-"
    return kernel.name, f"{rows:,}", f"{ours:.2f}", *cells, f"{100.0 * spread:.0f} %", off


def in_blocks(kernel: Kernel, data: tuple[Rows, Rows], step: int, workers: Workers | None) -> None:
    """All blocks through the loss, by the workers where there are some; the values are dropped."""
    loss = get(kernel.name.split(",")[0])
    params = loss.resolve({})

    def score(start: int) -> None:
        loss.rows([block[start : start + step] for block in data], params)

    starts = range(0, len(data[0]), step)
    if workers is None:
        for start in starts:
            score(start)
        return
    for job in [workers.submit(partial(score, start)) for start in starts]:
        job.result()


def torch_in_blocks(kernel: Kernel, tensors: Sequence[Any], step: int) -> None:
    """The same blocks through torch, which shares each among its threads."""
    for start in range(0, len(tensors[0]), step):
        kernel.torch(*(block[start : start + step] for block in tensors))


def in_turns(ways: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """The seconds of each run, one run of each at a time, every other round backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(runs + 1):
        for name in ways if turn % 2 == 0 else reversed(ways):
            start = time.perf_counter()
            ways[name]()
            if turn:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    return seconds


def difference(kernel: Kernel, data: tuple[Rows, Rows], step: int) -> float:
    """The largest difference of the first block's losses, in roundings of torch's number."""
    first = [block[:step] for block in data]
    loss = get(kernel.name.split(",")[0])
    ours = loss.rows(first, loss.resolve({}))
    theirs = kernel.torch(*(torch.from_numpy(block) for block in first)).numpy()
    counts = theirs > SIGNIFICANT
    return float((np.abs(ours - theirs)[counts] / np.spacing(theirs[counts])).max())


if __name__ == "__main__":
    main()
