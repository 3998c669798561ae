"""Which share of bce from two CSV files the exact sums take.

    python tests/benchmarks/bench_sum_share.py [--rows 2_000_000 20_000_000] [--runs 5]

Three processes in turns: the command as it is; with NumPy's rounded sum in place of the exact one
(rounded_sum.py); with a stopwatch around every addition to an exact sum (timed_sum.py). The share of the wall
time is what the second one gains, the share of the processor time and the nanoseconds are the stopwatch's.
Its wall time would say more than the sums cost, because other threads run beside them. Bar: 15 % of the run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Contender, Run, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Share:
    """One timed run: the sums' part of its processor time, and their nanoseconds for a value."""

    processor: float
    nanoseconds: float
    values: int


def main() -> None:
    """A line for every number of rows."""
    parser = argparse.ArgumentParser(description="share of the exact sums in bce from two CSV files")
    parser.add_argument("--rows", type=positive, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--runs", type=positive, default=5)
    options = parser.parse_args()
    print(f"{machine()}; {versions(('numpy', 'pyarrow'))}; medians of {options.runs} runs\n")
    header = ("rows", "s", "rounded s", "share of wall", "of processor", "ns a value", "values added")
    rows = [line(rows, options.runs) for rows in options.rows]
    for text in markdown(header, rows):
        print(text)


def line(rows: int, runs: int) -> tuple[str, ...]:
    """Makes the files, measures in turns, one line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, str(HERE / "make_rows.py"), str(rows), folder])
        words = ["compute", "bce", f"{folder}/y.csv", f"{folder}/p.csv", "--format", "value"]
        report = Path(folder) / "report.json"
        plain = Contender("plain", [sys.executable, "-m", "losscli", *words])
        timed = Contender("timed", [sys.executable, str(HERE / "timed_sum.py"), str(report), *words])
        rounded = Contender("rounded", [sys.executable, str(HERE / "rounded_sum.py"), *words])
        warm_up([plain, timed, rounded])
        shares = []
        for _ in range(runs):
            take_turns([plain, timed, rounded], 1)
            shares.append(share(plain.runs[-1], timed.runs[-1], report))
    return (
        f"{rows:,}",
        f"{plain.seconds:.2f}",
        f"{rounded.seconds:.2f}",
        f"{100 * (1 - rounded.seconds / plain.seconds):.1f} %",
        f"{100 * median(shares, 'processor'):.1f} %",
        f"{median(shares, 'nanoseconds'):.1f}",
        f"{shares[0].values:,}",
    )


def share(plain: Run, timed: Run, report: Path) -> Share:
    """What the stopwatch read in the last run, which must have printed what a run without it prints."""
    if timed.output != plain.output:
        raise SystemExit("the stopwatch changed the answer")
    spent = json.loads(report.read_text(encoding="ascii"))
    if not spent["values"]:
        raise SystemExit("no value went through an exact sum: the stopwatch is at the wrong place")
    nanoseconds = 1e9 * spent["processor"] / spent["values"]
    return Share(spent["processor"] / timed.processor, nanoseconds, spent["values"])


def median(shares: Sequence[Share], name: str) -> float:
    """The median of one field."""
    return statistics.median(getattr(share, name) for share in shares)


if __name__ == "__main__":
    main()
