"""Where the processor time of bce from two CSV files goes: reading, parsing, aligning, checking, loss, sums.

    python tests/benchmarks/bench_stages.py [--rows 2_000_000 20_000_000] [--runs 5] [--format value]

Every run is the whole command with a stopwatch around each stage (timed_stages.py); medians of the shares of
the process's processor time, and nanoseconds a row. "start and rest" is everything else: the interpreter, the
imports, the report, the threads' own work.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from measuring import machine, markdown, positive, run, versions

HERE = Path(__file__).resolve().parent
REST = "start and rest"


def main() -> None:
    """A table for every number of rows."""
    parser = argparse.ArgumentParser(description="the stages of bce from two CSV files")
    parser.add_argument("--rows", type=positive, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--runs", type=positive, default=5)
    parser.add_argument("--format", default="value")
    options = parser.parse_args()
    print(
        f"{machine()}; {versions(('numpy', 'pyarrow'))}; medians of {options.runs} runs, -f {options.format}"
    )
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            run([sys.executable, str(HERE / "make_rows.py"), str(rows), folder])
            taken = [stages(Path(folder), options.format) for _ in range(options.runs)]
        print(f"\n{rows:,} rows\n")
        for line in markdown(("stage", "share", "ns a row"), table(taken, rows)):
            print(line)


def stages(folder: Path, style: str) -> dict[str, float]:
    """The processor seconds of each stage in one run."""
    report = folder / "report.json"
    words = ["compute", "bce", str(folder / "y.csv"), str(folder / "p.csv"), "--format", style]
    run([sys.executable, str(HERE / "timed_stages.py"), str(report), *words])
    found = json.loads(report.read_text())
    seconds: dict[str, float] = found["stages"]
    return {**seconds, REST: found["process"] - sum(seconds.values())}


def table(taken: list[dict[str, float]], rows: int) -> list[tuple[str, str, str]]:
    """A row for each stage, the last one their sum."""
    found = []
    for stage in taken[0]:
        shares = [run[stage] / sum(run.values()) for run in taken]
        seconds = statistics.median(run[stage] for run in taken)
        found.append((stage, f"{100 * statistics.median(shares):.1f} %", f"{1e9 * seconds / rows:.1f}"))
    whole = statistics.median(sum(run.values()) for run in taken)
    return [*found, ("all", "100.0 %", f"{1e9 * whole / rows:.1f}")]


if __name__ == "__main__":
    main()
