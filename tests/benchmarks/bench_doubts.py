"""What the detectors cost in `compute`: for a prediction with skill, and for rows that are shifted.

    python tests/benchmarks/bench_doubts.py [--rows 400 100_000 4_000_000] [--runs 11]

Two processes in turns: the command as it is, and without any look at whether a constant is as good
(with_doubts.py), which warns of nothing. `value` computes no summary and glances at some thousand rows;
`json` knows the skill of all. Bar: 5 % of the run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measuring import Contender, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent
LAG = 3


def main() -> None:
    """A line for every number of rows, kind of rows and format."""
    parser = argparse.ArgumentParser(description="cost of the detectors in compute")
    parser.add_argument("--rows", type=positive, nargs="+", default=[400, 100_000, 4_000_000])
    parser.add_argument("--runs", type=positive, default=11)
    options = parser.parse_args()
    print(f"{machine()}; {versions(('numpy', 'pyarrow'))}; medians of {options.runs} runs\n")
    header = ("rows", "kind", "format", "ms", "without ms", "cost ms", "cost", "of processor")
    rows = [line for count in options.rows for line in lines(count, options.runs)]
    for text in markdown(header, rows):
        print(text)


def lines(rows: int, runs: int) -> list[tuple[str, ...]]:
    """Makes the files, measures in turns."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, str(HERE / "make_rows.py"), str(rows), folder])
        target, right, shifted = (Path(folder) / name for name in ("y.csv", "p.csv", "s.csv"))
        head, *cells = right.read_text(encoding="ascii").splitlines(keepends=True)
        shifted.write_text("".join([head, *cells[-LAG:], *cells[:-LAG]]), encoding="ascii")
        del cells
        return [
            line(rows, runs, kind, form, [str(target), str(prediction)])
            for kind, prediction in (("right", right), ("shifted", shifted))
            for form in ("value", "json")
        ]


def line(rows: int, runs: int, kind: str, form: str, sources: list[str]) -> tuple[str, ...]:
    """One line of the table."""
    words = ["compute", "bce", *sources, "--format", form]
    start = [sys.executable, str(HERE / "with_doubts.py")]
    here, without = (Contender(word, [*start, word, *words]) for word in ("yes", "no"))
    warm_up([here, without])
    take_turns([here, without], runs)
    gaps = here.seconds - without.seconds
    return (
        f"{rows:,}",
        kind,
        form,
        f"{1000 * here.seconds:.0f}",
        f"{1000 * without.seconds:.0f}",
        f"{1000 * gaps:.0f}",
        f"{gaps / without.seconds:+.1%}",
        f"{here.processor / without.processor - 1.0:+.1%}",
    )


if __name__ == "__main__":
    main()
