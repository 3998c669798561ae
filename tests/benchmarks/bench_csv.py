"""bce of two CSV files: losscli against scripts that careful users of other tools would write.

    python tests/benchmarks/bench_csv.py [--rows 2_000_000 20_000_000] [--runs 5] [--tools losscli polars ...]

The files (six-digit probabilities, labels 0 and 1) are made in a temporary folder with a fixed seed. All
tools run in turns on the same files, each as a process of its own; wall time from start to end and the peak
memory are what the system reports of the process. All must print the same number. Tools that are not
installed are named.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Contender, installed, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent
# The tools add in floating point, each in its own order; losscli's sum is exact.
AGREEMENT = 1e-11
LOADTXT_ROWS = 2_000_000


@dataclass(frozen=True)
class Peer:
    """Another tool: its script, its mode, what must be installed, the most rows that it is given."""

    script: str
    mode: tuple[str, ...]
    distribution: str
    most_rows: int = sys.maxsize


PEERS = {
    "polars": Peer("polars_bce.py", (), "polars"),
    "duckdb": Peer("duckdb_bce.py", ("tables",), "duckdb"),
    "duckdb-stream": Peer("duckdb_bce.py", ("stream",), "duckdb"),
    "pandas": Peer("pandas_bce.py", ("c",), "pandas"),
    "pandas-pyarrow": Peer("pandas_bce.py", ("pyarrow",), "pandas"),
    "loadtxt": Peer("loadtxt_bce.py", (), "numpy", LOADTXT_ROWS),
}
OWN = "losscli"


def main() -> None:
    """A table for every number of rows."""
    parser = argparse.ArgumentParser(description="bce from two CSV files against other tools")
    parser.add_argument("--rows", type=positive, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--runs", type=positive, default=5)
    parser.add_argument("--tools", nargs="+", choices=[OWN, *PEERS], default=[OWN, *PEERS])
    options = parser.parse_args()
    names = dict.fromkeys(PEERS[tool].distribution for tool in options.tools if tool != OWN)
    print(f"{machine()}; {versions(list(dict.fromkeys((*names, 'numpy', 'pyarrow'))))}")
    missing = [name for name in names if not installed(name)]
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}")
    for rows in options.rows:
        compare(rows, options.runs, options.tools)


def compare(rows: int, runs: int, tools: Sequence[str]) -> None:
    """Makes the files, measures in turns, checks the answers, prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, str(HERE / "make_rows.py"), str(rows), folder])
        files = [str(Path(folder) / "y.csv"), str(Path(folder) / "p.csv")]
        contenders = [Contender(tool, words(tool, files)) for tool in tools if takes_part(tool, rows)]
        warm_up(contenders)
        take_turns(contenders, runs)
    value = same_answer(contenders)
    print(f"\n{rows:,} rows, medians of {runs} runs; every tool prints {value:.12g}\n")
    for line in markdown(("tool", "s", "fastest s", "processor s", "MB", *RATIOS), table(contenders)):
        print(line)


RATIOS = ("losscli's time of it", "losscli's memory of it")


def takes_part(tool: str, rows: int) -> bool:
    """Installed, and made for that many rows."""
    return tool == OWN or bool(installed(PEERS[tool].distribution) and rows <= PEERS[tool].most_rows)


def words(tool: str, files: Sequence[str]) -> list[str]:
    """The command of a tool."""
    if tool == OWN:
        return [sys.executable, "-m", "losscli", "compute", "bce", *files, "--format", "value"]
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
