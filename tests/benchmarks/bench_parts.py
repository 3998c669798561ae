"""bce of two folders of part files against the same rows in two files.

    python tests/benchmarks/bench_parts.py [--rows 20_000_000] [--parts 2000 20] [--runs 3] [--folder FOLDER]

Both folders are cut into the same number of parts, each with the header. All must print the same number,
digit for digit: the sum is exact. Files are made in --folder (default: the system's for temporary files) and
removed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import islice
from pathlib import Path

from measuring import Contender, machine, markdown, positive, run, take_turns, versions, warm_up

HERE = Path(__file__).resolve().parent


def main() -> None:
    """One table: the files, then each number of parts."""
    parser = argparse.ArgumentParser(description="bce of folders of part files against two files")
    parser.add_argument("--rows", type=positive, default=20_000_000)
    parser.add_argument("--parts", type=positive, nargs="+", default=[2_000, 20])
    parser.add_argument("--runs", type=positive, default=3)
    parser.add_argument("--folder", help="where the files are made")
    options = parser.parse_args()
    print(f"{machine()}; {versions(['numpy', 'pyarrow'])}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        run([sys.executable, str(HERE / "make_rows.py"), str(options.rows), str(folder)])
        contenders = [Contender("one file", words(folder / "y.csv", folder / "p.csv"))]
        for parts in options.parts:
            ours = [
                cut(folder / f"{letter}.csv", folder / f"{letter}_{parts}", options.rows, parts)
                for letter in "yp"
            ]
            contenders.append(Contender(f"in parts: {parts:,}", words(*ours)))
        warm_up(contenders)
        take_turns(contenders, options.runs)
    answers = {entry.output for contender in contenders for entry in contender.runs}
    if len(answers) > 1:
        raise SystemExit(f"the answers differ: {answers}")
    print(f"\n{options.rows:,} rows, medians of {options.runs} runs; all print {answers.pop().strip()}\n")
    header = ("files", "s", "ratio", "processor s", "ratio", "MB")
    for line in markdown(header, [row(contender, contenders[0]) for contender in contenders]):
        print(line, flush=True)


def cut(file: Path, folder: Path, rows: int, parts: int) -> Path:
    """The rows of a file in so many parts."""
    folder.mkdir()
    size = -(-rows // parts)
    with file.open("rb") as lines:
        header = next(lines)
        for number in range(parts):
            (folder / f"part-{number:06}.csv").write_bytes(header + b"".join(islice(lines, size)))
    return folder


def words(target: Path, prediction: Path) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "losscli", "compute", "bce", str(target), str(prediction), "-f", "value"]


def row(contender: Contender, first: Contender) -> tuple[str, ...]:
    """A row of the table."""
    return (
        contender.name,
        f"{contender.seconds:.2f}",
        f"{contender.seconds / first.seconds:.2f}",
        f"{contender.processor:.2f}",
        f"{contender.processor / first.processor:.2f}",
        f"{contender.megabytes:.0f}",
    )


if __name__ == "__main__":
    main()
