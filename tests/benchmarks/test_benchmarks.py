"""Every benchmark runs from end to end on a few rows; what it measures is never asserted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bench_files
import measuring
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
PEERS = ("polars", "duckdb", "duckdb-stream", "pandas", "pandas-pyarrow", "loadtxt")


def printed(script: str, *words: str) -> str:
    """What a benchmark prints."""
    run = subprocess.run(
        [sys.executable, str(HERE / script), *words],
        env=measuring.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def table(text: str) -> list[list[str]]:
    """The cells of the markdown rows, without header and rule."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_rows_are_made_the_same_every_time(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        printed("make_rows.py", "1000", str(folder))
    for name in ("y.csv", "p.csv"):
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first == second
    probability = np.loadtxt(folders[0] / "p.csv", skiprows=1)
    label = np.loadtxt(folders[0] / "y.csv", skiprows=1)
    assert len(probability) == len(label) == 1000
    assert np.all((probability > 0) & (probability < 1))
    assert set(label) == {0.0, 1.0}
    # Labels follow their probabilities: the high half is mostly ones.
    assert label[probability > 0.5].mean() > 0.6


def test_peers_print_the_same_number() -> None:
    answer = printed("bench_files.py", "--formats", "csv", "--rows", "500", "--runs", "1", "--tools", *PEERS)
    rows = table(answer)
    assert "every tool prints" in answer
    assert rows[-1][0] == "loadtxt"
    for row in rows:
        assert float(row[4]) > 5, "peak memory in megabytes"


def test_csv_benchmark_puts_losscli_beside_the_others() -> None:
    words = ("--formats", "csv", "--rows", "500", "--runs", "1", "--tools", "losscli", "loadtxt")
    rows = table(printed("bench_files.py", *words))
    assert [row[0] for row in rows] == ["losscli", "loadtxt"]
    assert rows[0][-2:] == ["1.00", "1.00"]
    assert float(rows[1][-1]) > 0


def test_pairing_benchmark_puts_joins_beside_losscli() -> None:
    words = ("--rows", "500", "--runs", "1", "--ids", "wide", "hex")
    rows = table(printed("bench_pairing.py", *words))
    peers = [name for name in ("polars", "duckdb") if measuring.installed(name)]
    tools = ["losscli", "losscli-same", "losscli-position", *peers]
    assert [row[0] for row in rows] == [*tools, "tool", "----------------", *tools]


def test_every_format_has_a_table_and_a_slope() -> None:
    forms = ("csv", "csv.gz", "parquet", "npy")
    text = printed(
        "bench_files.py", "--formats", *forms, "--rows", "400", "800", "--runs", "1", "--tools", "losscli"
    )
    for form in forms:
        assert f"400 rows of {form}," in text
        assert f"Wall time of a further row of {form}," in text


def test_a_tool_with_another_number_ends_the_benchmark() -> None:

    def contender(name: str, output: str) -> measuring.Contender:
        return measuring.Contender(name, [], [measuring.Run(1.0, 1.0, 1, output)])

    assert bench_files.same_answer([contender("a", "0.25\n"), contender("b", "0.25")]) == 0.25
    with pytest.raises(SystemExit, match="do not agree"):
        bench_files.same_answer([contender("a", "0.25"), contender("b", "0.2501")])


def test_start_benchmark_prints_a_ratio_for_every_command() -> None:
    rows = table(printed("bench_start.py", "--runs", "1"))
    assert rows[0][0] == "imports only"
    assert rows[0][3] == "1.000"
    commands = {row[0].split(" (")[0] for row in rows[1:]}
    computed = {"compute bce", "compute bce --format table"}
    assert commands == computed | {"--help", "--version", "completion of losses", "completion of columns"}


def test_sum_share_is_a_share() -> None:
    (row,) = table(printed("bench_sum_share.py", "--rows", "5000", "--runs", "1"))
    assert row[0] == "5,000"
    assert float(row[3].removesuffix(" %")) < 100
    assert 0 <= float(row[4].removesuffix(" %")) < 100
    assert float(row[5]) > 0, "nanoseconds a value"
    # One value a row at least goes through the sums.
    assert int(row[-1].replace(",", "")) >= 5000


def test_the_stages_make_the_whole() -> None:
    rows = table(printed("bench_stages.py", "--rows", "5000", "--runs", "1"))
    names = [row[0] for row in rows]
    assert {"parse", "align", "loss", "exact sums"} < set(names)
    assert names[-1] == "all"
    shares = [float(row[1].removesuffix(" %")) for row in rows]
    assert abs(sum(shares[:-1]) - 100.0) < 1.0
    nanoseconds = {row[0]: float(row[2]) for row in rows}
    assert all(nanoseconds[stage] > 0 for stage in ("parse", "loss", "exact sums", "start and rest"))


def test_parsing_is_put_beside_the_general_reader() -> None:
    rows = table(printed("bench_parse.py", "--bytes", "40000", "--runs", "1"))
    assert rows[0][0] == "0 or 1"
    assert len(rows) == 8
    assert all(float(cell) > 0 for row in rows for cell in row[1:])


def test_kernel_benchmark_times_every_loss() -> None:
    rows = table(printed("bench_kernels.py", "--rows", "4000", "--runs", "1", "--threads", "2"))
    names = ["mse", "mae", "huber", "bce", "bce, soft labels", "bce_logits", "softmax_ce"]
    assert [row[0] for row in rows] == names
    assert all(float(row[2]) > 0 for row in rows)


def test_a_failing_command_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match="exit 3"):
        measuring.run([sys.executable, "-c", "raise SystemExit(3)"])


PEAKS = """
import sys
from tests.benchmarks import measuring
small = measuring.run([sys.executable, "-c", "pass"])
large = measuring.run([sys.executable, "-c", "block = bytearray(b'x') * 200_000_000"])
print(large.peak - small.peak)
"""


def test_peak_memory_is_the_childs() -> None:
    # In a process of its own: Linux counts the memory of the parent, and pytest's is large by now.
    difference = int(measuring.run([sys.executable, "-c", PEAKS]).output)
    assert difference > 90_000_000


def test_parts_print_the_number_of_the_files() -> None:
    answer = printed("bench_parts.py", "--rows", "500", "--parts", "7", "1", "--runs", "1")
    assert [row[0] for row in table(answer)] == ["one file", "in parts: 7", "in parts: 1"]
    assert "all print 0." in answer


def test_coverage_is_printed_for_every_loss() -> None:
    words = ("--rows", "12", "--sets", "6", "--resamples", "200")
    rows = table(printed("bench_coverage.py", *words))
    assert [row[0] for row in rows] == ["bce", "mse", "difference"]
    for row in rows:
        shares = [float(cell.removesuffix(" %")) for cell in row[2:5]]
        assert abs(sum(shares) - 100) < 0.2


def test_compared_predictions_have_the_same_difference() -> None:
    answer = printed(
        "bench_compare.py",
        "--rows",
        "60",
        "--resamples",
        "100",
        "--tools",
        "losscli",
        "losscli-resampled",
        "numpy",
    )
    assert [row[0] for row in table(answer)] == ["losscli", "losscli-resampled", "numpy"]


def test_rates_of_inspect_are_printed() -> None:
    lines = printed("bench_inspect.py", "--sets", "3", "--rows", "300").splitlines()
    kinds = [line.split()[0] for line in lines]
    assert (kinds.count("shift"), kinds.count("order")) == (3, 3)
    assert kinds.count("right") > 3
    assert "seed" in lines[0]


def test_cost_of_the_detectors_is_printed() -> None:
    rows = table(printed("bench_doubts.py", "--rows", "400", "--runs", "1"))
    assert [row[1:3] for row in rows] == [
        ["right", "value"],
        ["right", "json"],
        ["shifted", "value"],
        ["shifted", "json"],
    ]
