"""mse of two CSV files paired by id: losscli against joins in other tools.

    python tests/benchmarks/bench_pairing.py [--rows 2_000_000 20_000_000] [--ids small wide hex] [--runs 3]
        [--tools losscli polars duckdb] [--folder FOLDER]

Ids are `small` (0 to rows - 1), `wide` (62 bits) or `hex` (32 characters); the second file's rows come in
another order. `losscli-same` reads files whose rows come in the same order, `losscli-position` the same files
without `--id`. The peers join and average but do not look for missing or repeated ids; losscli refuses both.
All must print the same number. Files are made in --folder (default: the system's for temporary files) and
removed.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Contender, installed, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent
# The tools add in floating point, each in its own order; losscli's sum is exact.
AGREEMENT = 1e-11
OWN = ("losscli", "losscli-same", "losscli-position")
PEERS = {"polars": "polars_keyed.py", "duckdb": "duckdb_keyed.py"}
KINDS = ("small", "wide", "hex")


def main() -> None:
    """A table for every number of rows and kind of id."""
    parser = argparse.ArgumentParser(description="mse of two CSV files paired by id, against other tools")
    parser.add_argument("--rows", type=positive, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--ids", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--runs", type=positive, default=3)
    parser.add_argument("--tools", nargs="+", choices=[*OWN, *PEERS], default=[*OWN, *PEERS])
    parser.add_argument("--folder", help="where the files are made")
    options = parser.parse_args()
    print(f"{machine()}; {versions(['polars', 'duckdb', 'numpy', 'pyarrow'])}")
    missing = [tool for tool in options.tools if tool in PEERS and not installed(tool)]
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}")
    tools = [tool for tool in options.tools if tool not in missing]
    for rows in options.rows:
        for ids in options.ids:
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                compare(rows, ids, options.runs, tools, Path(folder))


def compare(rows: int, ids: str, runs: int, tools: Sequence[str], folder: Path) -> None:
    """Makes the files, measures in turns, checks the answers, prints the table."""
    orders = {"same" if tool in OWN[1:] else "shuffled" for tool in tools}
    for order in sorted(orders):
        (folder / order).mkdir()
        make = [sys.executable, str(HERE / "make_keyed.py"), str(rows), str(folder / order), ids, order]
        run(make)
    contenders = [Contender(tool, words(tool, ids, folder)) for tool in tools]
    warm_up(contenders)
    take_turns(contenders, runs)
    value = same_answer(contenders)
    print(f"\n{rows:,} rows, {ids} ids, medians of {runs} runs; every tool prints {value:.12g}\n")
    for line in markdown(("tool", "s", "fastest s", "processor s", "MB"), table(contenders)):
        print(line, flush=True)


def words(tool: str, ids: str, folder: Path) -> list[str]:
    """The command of a tool."""
    part = folder / ("same" if tool in OWN[1:] else "shuffled")
    files = [str(part / "y.csv"), str(part / "p.csv")]
    if tool in PEERS:
        return [sys.executable, str(HERE / "peers" / PEERS[tool]), *files, ids]
    sources = [f"{files[0]}:y", f"{files[1]}:p", "--format", "value"]
    by = [] if tool == "losscli-position" else ["--id", "id"]
    return [sys.executable, "-m", "losscli", "compute", "mse", *sources, *by]


def same_answer(contenders: Sequence[Contender]) -> float:
    """The number that all of them print, in every run."""
    answers = {contender.name: float(run.output) for contender in contenders for run in contender.runs}
    first = next(iter(answers.values()))
    if not all(math.isclose(first, answer, rel_tol=AGREEMENT) for answer in answers.values()):
        raise SystemExit(f"the tools do not agree: {answers}")
    return first


def table(contenders: Sequence[Contender]) -> list[tuple[str, ...]]:
    """A row for each tool."""
    return [
        (
            tool.name,
            f"{tool.seconds:.2f}",
            f"{tool.fastest:.2f}",
            f"{tool.processor:.2f}",
            f"{tool.megabytes:.0f}",
        )
        for tool in contenders
    ]


if __name__ == "__main__":
    main()
