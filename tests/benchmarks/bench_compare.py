"""Two predictions compared by mse, with an interval of the difference: losscli against other tools.

    python tests/benchmarks/bench_compare.py [--rows 1000 100_000] [--resamples 1000] [--runs 1]
        [--tools losscli losscli-resampled numpy evalstats evalsuite]

Every tool reads one npz. `losscli` decides itself: it resamples up to 5,000 rows and takes the moments above;
`losscli-resampled` is told how often. The peers resample alone; their p-values, where they have any, come
from the same resamples, those of losscli from random signs. evalsuite-python keeps all indices in memory,
8 bytes a row and resample, so that 10,000 resamples of 100,000 rows need 8 GB. All must print the same
difference.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from measuring import Contender, installed, machine, markdown, positive, take_turns, versions

HERE = Path(__file__).resolve().parent
AGREEMENT = 1e-9
OWN = ("losscli", "losscli-resampled")
PEERS = {"numpy": "numpy", "evalstats": "evalstats", "evalsuite": "evalsuite-python"}


def main() -> None:
    """A table for every number of rows."""
    parser = argparse.ArgumentParser(description="two predictions compared, against other tools")
    parser.add_argument("--rows", type=positive, nargs="+", default=[1000, 100_000])
    parser.add_argument("--resamples", type=positive, default=1000)
    parser.add_argument("--runs", type=positive, default=1)
    parser.add_argument("--tools", nargs="+", choices=[*OWN, *PEERS], default=[*OWN, *PEERS])
    options = parser.parse_args()
    print(f"{machine()}; {versions(['numpy', 'evalstats', 'evalsuite-python'])}")
    missing = [tool for tool in options.tools if tool in PEERS and not installed(PEERS[tool])]
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}")
    tools = [tool for tool in options.tools if tool not in missing]
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            compare(rows, options.resamples, options.runs, tools, Path(folder))


def compare(rows: int, resamples: int, runs: int, tools: Sequence[str], folder: Path) -> None:
    """Makes the file, measures in turns, checks the answers, prints the table."""
    path = folder / "d.npz"
    random = np.random.default_rng(1)
    target = random.normal(size=rows)
    noise = random.normal(size=(2, rows))
    np.savez(path, y=target, a=target + noise[0], b=target + 1.02 * noise[0] + 0.2 * noise[1])
    contenders = [Contender(tool, words(tool, path, resamples)) for tool in tools]
    take_turns(contenders, runs)
    answers = {one.name: difference(one.runs[0].output) for one in contenders}
    first = next(iter(answers.values()))
    for name, value in answers.items():
        if not math.isclose(value, first, rel_tol=AGREEMENT):
            raise SystemExit(f"{name} prints {value!r}, {next(iter(answers))} {first!r}")
    print(f"\n{rows:,} rows, {resamples:,} resamples where they are counted, difference {first:.6f}\n")
    cells = [
        (one.name, f"{one.seconds:.2f}", f"{one.processor:.2f}", f"{one.megabytes:.0f}") for one in contenders
    ]
    print("\n".join(markdown(("tool", "seconds", "processor", "MB"), cells)), flush=True)


def words(tool: str, path: Path, resamples: int) -> list[str]:
    """The command of a tool."""
    if tool in PEERS:
        return [sys.executable, str(HERE / "peers" / f"{tool}_compare.py"), str(path), str(resamples)]
    more = ["--resamples", str(resamples)] if tool == "losscli-resampled" else []
    return [sys.executable, "-m", "losscli", "compare", "mse", f"{path}:y", ":a", ":b", "-f", "json", *more]


def difference(output: str) -> float:
    """The difference that a tool printed."""
    if not output.startswith("{"):
        return float(output)
    return float(json.loads(output)["results"][0]["models"][1]["difference"])


if __name__ == "__main__":
    main()
