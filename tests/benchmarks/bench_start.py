"""How long losscli takes to start, against a Python process that only imports what it stands on.

    python tests/benchmarks/bench_start.py [--runs 21]

The floor imports typer, numpy, pyarrow.csv, rich.table and rich.console and does nothing. Bars: computing
bce of ten rows at most 1.15 of the floor, --help, --version and what a shell asks for completion at most
0.5. Both ways to start are measured: the module and, where it is installed, the script.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Contender, machine, markdown, positive, take_turns, versions, warm_up

FLOOR = "import typer, numpy, pyarrow.csv, rich.table, rich.console"
LABELS = (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
PROBABILITIES = (0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3)
COMPUTE_BAR, HELP_BAR = 1.15, 0.5


def main() -> None:
    """Measures in turns and prints the ratios."""
    parser = argparse.ArgumentParser(description="start-up time of losscli against the floor of its imports")
    parser.add_argument("--runs", type=positive, default=21)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        tasks = commands(Path(folder))
        contenders = {
            (way, task): Contender(f"{way} {task}", [*asking(task), *launch, *words])
            for way, launch in launches().items()
            for task, (words, _) in tasks.items()
        }
        floor = Contender("floor", [sys.executable, "-c", FLOOR])
        warm_up([floor, *contenders.values()])
        take_turns([floor, *contenders.values()], runs)
    bars = {task: bar for task, (_, bar) in tasks.items()}
    rows = [
        row(contender, way, floor, f"{task} (bar {bars[task]})")
        for (way, task), contender in contenders.items()
    ]
    print(f"start-up, medians of {runs} runs, {machine()}, {versions(('typer', 'numpy', 'pyarrow', 'rich'))}")
    for line in markdown(
        ("command", "started as", "ms", "of floor", "processor ms", "of floor's", "MB"),
        [row(floor, "python", floor), *rows],
    ):
        print(line)


def commands(folder: Path) -> dict[str, tuple[list[str], float]]:
    """What is asked of losscli, and the ratio that is wanted."""
    labels, probabilities = folder / "y.csv", folder / "p.csv"
    labels.write_text("\n".join(["y", *map(str, LABELS)]) + "\n")
    probabilities.write_text("\n".join(["p", *map(str, PROBABILITIES)]) + "\n")
    compute = ["compute", "bce", str(labels), str(probabilities)]
    return {
        "compute bce": (compute, COMPUTE_BAR),
        "compute bce --format table": ([*compute, "--format", "table"], COMPUTE_BAR),
        "--help": (["--help"], HELP_BAR),
        "--version": (["--version"], HELP_BAR),
        "completion of losses": (["--", "compute", "mse,hub"], HELP_BAR),
        "completion of columns": (["--", "compute", "mse", f"{labels}:"], HELP_BAR),
    }


def asking(task: str) -> Sequence[str]:
    """What stands before a command that a shell asks for candidates."""
    return ("env", "_LOSSCLI_COMPLETE=words_zsh") if task.startswith("completion") else ()


def launches() -> dict[str, Sequence[str]]:
    """The ways to start: the module always, the script where it is installed."""
    found: dict[str, Sequence[str]] = {"module": [sys.executable, "-m", "losscli"]}
    script = Path(sysconfig.get_path("scripts")) / "losscli"
    if script.exists():
        found["script"] = [str(script)]
    return found


def row(contender: Contender, way: str, floor: Contender, name: str = "imports only") -> tuple[str, ...]:
    """One line of the table."""
    wall = f"{contender.seconds * 1e3:.1f}", f"{contender.seconds / floor.seconds:.3f}"
    # On a machine that others use too, the processor time is the quieter of both.
    processor = f"{contender.processor * 1e3:.1f}", f"{contender.processor / floor.processor:.3f}"
    return name, way, *wall, *processor, f"{contender.megabytes:.0f}"


if __name__ == "__main__":
    main()
