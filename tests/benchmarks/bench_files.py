"""bce of two files: losscli against scripts that careful users of other tools would write.

    python tests/benchmarks/bench_files.py [--formats csv parquet npy] [--rows 2_000_000 20_000_000]
        [--runs 5] [--tools losscli polars ...]

The files (six-digit probabilities, labels 0 and 1) are made in a temporary folder with a fixed seed. All
tools run in turns on the same files, each as a process of its own; wall time from start to end and the peak
memory are what the system reports of the process. All must print the same number. `losscli-1` is losscli
with --jobs 1. Tools that are not installed are named. A last table says what each further row costs,
so that start-up does not count.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from measuring import Contender, installed, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent
# The tools add in floating point, each in its own order; losscli's sum is exact.
AGREEMENT = 1e-11
LOADTXT_ROWS = 2_000_000


FORMATS = ("csv", "csv.gz", "parquet", "npy")


@dataclass(frozen=True)
class Peer:
    """Another tool: its script, its mode, what must be installed, the formats that it reads, the most rows
    that it is given."""

    script: str
    mode: tuple[str, ...]
    distribution: str
    formats: tuple[str, ...] = ("csv", "csv.gz", "parquet")
    most_rows: int = sys.maxsize


PEERS = {
    "polars": Peer("polars_bce.py", (), "polars"),
    "duckdb": Peer("duckdb_bce.py", ("tables",), "duckdb"),
    "duckdb-stream": Peer("duckdb_bce.py", ("stream",), "duckdb"),
    "pandas": Peer("pandas_bce.py", ("c",), "pandas", (*FORMATS,)),
    "pandas-pyarrow": Peer("pandas_bce.py", ("pyarrow",), "pandas", ("csv",)),
    "evalsuite": Peer("evalsuite_bce.py", (), "evalsuite-python"),
    "loadtxt": Peer("loadtxt_bce.py", (), "numpy", ("csv",), LOADTXT_ROWS),
}
OWN = "losscli"
OWNS = {OWN: (), "losscli-1": ("--jobs", "1")}
"""losscli itself, and with one worker."""


def main() -> None:
    """A table for every format and number of rows, and one of the slopes."""
    parser = argparse.ArgumentParser(description="bce from two files against other tools")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=["csv", "parquet", "npy"])
    parser.add_argument("--rows", type=positive, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--runs", type=positive, default=5)
    parser.add_argument("--tools", nargs="+", choices=[*OWNS, *PEERS], default=[OWN, *PEERS])
    options = parser.parse_args()
    names = dict.fromkeys(PEERS[tool].distribution for tool in options.tools if tool not in OWNS)
    print(f"{machine()}; {versions(list(dict.fromkeys((*names, 'numpy', 'pyarrow'))))}")
    missing = [name for name in names if not installed(name)]
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}")
    for form in options.formats:
        measured = {rows: compare(rows, form, options.runs, options.tools) for rows in options.rows}
        if len(measured) > 1:
            slopes(form, measured)


def compare(rows: int, form: str, runs: int, tools: Sequence[str]) -> list[Contender]:
    """Makes the files, measures in turns, checks the answers, prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, str(HERE / "make_rows.py"), str(rows), folder, form])
        files = [str(Path(folder) / f"y.{form}"), str(Path(folder) / f"p.{form}")]
        size = sum(Path(file).stat().st_size for file in files)
        contenders = [Contender(tool, words(tool, files)) for tool in tools if takes_part(tool, rows, form)]
        warm_up(contenders)
        take_turns(contenders, runs)
    value = same_answer(contenders)
    said = f"{rows:,} rows of {form}, {size / 1e6:,.1f} MB, medians of {runs} runs"
    print(f"\n{said}; every tool prints {value:.12g}\n")
    for line in markdown(("tool", "s", "fastest s", "processor s", "MB", *RATIOS), table(contenders)):
        print(line)
    return contenders


def slopes(form: str, measured: Mapping[int, Sequence[Contender]]) -> None:
    """What each further row costs, from each number of rows to the next, and the memory of the last one in
    that of the first."""
    counts = sorted(measured)
    names = [tool.name for tool in measured[counts[-1]]]
    header = ["tool", *(f"{low:,} to {high:,}" for low, high in pairwise(counts)), "memory"]
    rows = []
    for name in names:
        found = [next((one for one in measured[count] if one.name == name), None) for count in counts]
        if None in found:
            continue
        known = [one for one in found if one is not None]
        cells = [
            f"{1e9 * (later.seconds - earlier.seconds) / (high - low):.1f} ns"
            for (earlier, later), (low, high) in zip(pairwise(known), pairwise(counts), strict=True)
        ]
        rows.append((name, *cells, f"{known[-1].megabytes / known[0].megabytes:.2f} x"))
    print(f"\nWall time of a further row of {form}, and the memory of the most rows in that of the fewest\n")
    for line in markdown(header, rows):
        print(line)


RATIOS = ("losscli's time of it", "losscli's memory of it")


def takes_part(tool: str, rows: int, form: str) -> bool:
    """Installed, and made for that format and so many rows."""
    if tool in OWNS:
        return True
    peer = PEERS[tool]
    return bool(installed(peer.distribution) and rows <= peer.most_rows and form in peer.formats)


def words(tool: str, files: Sequence[str]) -> list[str]:
    """The command of a tool."""
    if tool in OWNS:
        return [sys.executable, "-m", "losscli", "compute", "bce", *files, "--format", "value", *OWNS[tool]]
    peer = PEERS[tool]
    return [sys.executable, str(HERE / "peers" / peer.script), *files, *peer.mode]


def same_answer(contenders: Sequence[Contender]) -> float:
    """The number that all of them print, in every run."""
    answers = {contender.name: float(run.output) for contender in contenders for run in contender.runs}
    first = next(iter(answers.values()))
    if not all(math.isclose(first, answer, rel_tol=AGREEMENT) for answer in answers.values()):
        raise SystemExit(f"the tools do not agree: {answers}")
    return first


def table(contenders: Sequence[Contender]) -> list[tuple[str, ...]]:
    """A row for each tool; the ratios are losscli's time and memory divided by the tool's."""
    own = next((contender for contender in contenders if contender.name == OWN), None)
    return [
        (
            tool.name,
            f"{tool.seconds:.2f}",
            f"{tool.fastest:.2f}",
            f"{tool.processor:.2f}",
            f"{tool.megabytes:.0f}",
            f"{own.seconds / tool.seconds:.2f}" if own else "-",
            f"{own.megabytes / tool.megabytes:.2f}" if own else "-",
        )
        for tool in contenders
    ]


if __name__ == "__main__":
    main()
