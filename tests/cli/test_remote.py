"""Inputs and outputs behind s3://, from the command line, against a real server on this machine."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from losscli.errors import ChangedError
from losscli.sources.records import Column
from losscli.storage import sequential
from tests.cli.shell import HERE, LAUNCH, environment, losscli
from tests.s3 import Bucket
from tests.sources.reading import blocks, opened, values

Y = (HERE / "sample_data" / "y.csv").read_bytes()
P = (HERE / "sample_data" / "p.csv").read_bytes()
MEAN = "bce\tmean\t0.24691989080446483\n"


def run(bucket: Bucket, *words: str) -> subprocess.CompletedProcess[str]:
    found = losscli(*words, changes=bucket.environment)
    assert "Traceback" not in found.stderr
    return found


def test_inputs_and_outputs(bucket: Bucket) -> None:
    y, p = bucket.put("in/y.csv", Y), bucket.put("in/p.csv.gz", gzip.compress(P))
    out = f"{bucket.uri}/out"
    found = run(
        bucket,
        *("compute", "bce", y, p, "-o", f"{out}/r.json", "-o", f"markdown={out}/r.txt"),
        *("--per-sample", f"{out}/s.csv.gz", "--state", f"{out}/part.json"),
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, MEAN, "")
    assert json.loads(bucket.get("out/r.json"))["results"][0]["value"] == 0.24691989080446483
    assert gzip.decompress(bucket.get("out/s.csv.gz")).startswith(b"row,bce\n1,")
    assert run(bucket, "merge", f"{out}/part.json").stdout == MEAN
    written = ("part.json", "r.json", "r.txt", "s.csv.gz")
    assert bucket.keys() == ["in/p.csv.gz", "in/y.csv", *(f"out/{name}" for name in written)]


def test_a_baseline_behind_a_uri(bucket: Bucket) -> None:
    y, p = bucket.put("in/y.csv", Y), bucket.put("in/p.csv", P)
    words = ("check", "bce", y, p, "--max", "0.3", "--baseline")
    for name in ("b.parquet", "b.csv.gz"):
        base = f"{bucket.uri}/{name}"
        compared = (*words, base, "--max-increase", "0")
        assert run(bucket, *compared).returncode == 4
        assert run(bucket, *words, base, "--update").returncode == 0
        found = run(bucket, *compared)
        assert (found.returncode, found.stdout.splitlines()[1].split("\t")[0]) == (0, "pass")
    failed = run(
        bucket, "check", "bce", y, p, "--max", "0.1", "--baseline", f"{bucket.uri}/new.csv", "--update"
    )
    assert failed.returncode == 1
    names = bucket.keys()
    assert "new.csv" not in names
    error = run(bucket, *words, y, "--update")
    assert error.returncode == 2
    assert "is also an input" in error.stderr


def test_columns_behind_a_uri(bucket: Bucket) -> None:
    uri = bucket.put("a:b/d.csv", "y,p\n1,0.5\n0,0.25\n")
    wanted = losscli("compute", "bce", "-:y", ":p", stdin="y,p\n1,0.5\n0,0.25\n").stdout
    assert run(bucket, "compute", "bce", f"{uri}:y", ":p").stdout == wanted
    assert run(bucket, "compute", "bce", f"{uri}:@1", f"{uri}:@2").stdout == wanted
    error = run(bucket, "compute", "bce", f"{uri}:y", ":q")
    assert error.returncode == 2
    assert f"no column 'q' in {uri}" in error.stderr


def test_a_failed_run_writes_nothing(bucket: Bucket) -> None:
    uri = bucket.put("d.csv", "y,p\n1,0.5\n0,oops\n")
    words = ("-o", f"{bucket.uri}/r.json", "--per-sample", f"{bucket.uri}/s.csv")
    error = run(bucket, "compute", "bce", f"{uri}:y", ":p", *words)
    assert (error.returncode, error.stdout) == (3, "")
    assert error.stderr.startswith(f"{uri}:3:2: error[E210]")
    assert bucket.keys() == ["d.csv"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("B/d.csv:y", ":p", "-o", "csv=B/d.csv"), 2, "is also an input"),
        (("B/d.csv:y", ":p", "--per-sample", "B/d.csv"), 2, "is also an input"),
        (("B/d.csv:y", ":p", "-o", "B/r.json", "--per-sample", "B/r.json"), 2, "two outputs"),
        (("B/none.csv:y", ":p"), 4, "no such object"),
        (("s3://no-such-bucket/d.csv:y", ":p"), 4, "no such object"),
        (("B/d.csv:y", ":p", "-o", "s3://no-such-bucket/r.json"), 4, "no bucket of that name"),
        (("B/d.csv.xz", "B/d.csv:p"), 2, ".xz is not read"),
        (("https://host/d.csv:y", ":p"), 2, "not opened"),
        (("B/d.csv:y", ":p", "-o", "https://host/r.json"), 2, "not written"),
    ],
)
def test_what_goes_wrong_is_one_line_with_its_code(
    bucket: Bucket, words: tuple[str, ...], code: int, says: str
) -> None:
    bucket.put("d.csv", "y,p\n1,0.5\n0,0.25\n")
    error = run(bucket, "compute", "bce", *(word.replace("B/", f"{bucket.uri}/") for word in words))
    assert (error.returncode, error.stdout) == (code, ""), error.stderr
    assert says in error.stderr
    assert bucket.keys() == ["d.csv"]


def test_an_unreachable_server_ends_within_seconds(bucket: Bucket) -> None:
    start = time.monotonic()
    error = losscli(
        *("compute", "bce", "s3://b/d.csv:y", ":p"),
        changes=bucket.environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
    )
    assert (error.returncode, error.stdout) == (4, "")
    assert len(error.stderr.splitlines()) == 2
    assert "hint: is AWS_ENDPOINT_URL right" in error.stderr
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_while_a_server_is_silent(bucket: Bucket, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = subprocess.Popen(
            [*LAUNCH, "compute", "bce", "s3://bucket/d.csv:y", ":p"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=HERE,
            env=environment(bucket.environment | {"AWS_ENDPOINT_URL": address}),
        )
        connection, _ = silent.accept()
        with connection:
            time.sleep(0.5)
            start = time.monotonic()
            process.send_signal(number)
            printed, said = process.communicate(timeout=60)
            assert time.monotonic() - start < 5
    assert (process.returncode, printed) == (128 + number, b"")
    assert b"Traceback" not in said


def test_typed_files(bucket: Bucket, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    numbers = np.random.default_rng(3).random(5000)
    table = pa.table({"y": (numbers > 0.5).astype(float), "p": numbers, "other": numbers})
    pq.write_table(table, tmp_path / "d.parquet", row_group_size=500)
    with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=500)
    np.savez_compressed(tmp_path / "d.npz", y=table["y"].to_numpy(), p=numbers)
    answers = set()
    for name in ("d.parquet", "d.arrow", "d.npz"):
        bucket.put(name, (tmp_path / name).read_bytes())
        found = run(bucket, "compute", "mse", f"{bucket.uri}/{name}:y", ":p", "-f", "value")
        assert (found.returncode, found.stderr) == (0, "")
        answers.add(found.stdout)
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz", "f.npy", "columns.npy"])
def test_ranges_are_put_together_in_order(
    bucket: Bucket, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sequential, "FIRST_BYTES", 1000)
    monkeypatch.setattr(sequential, "RANGE_BYTES", 9000)
    numbers = np.random.default_rng(5).random(20_000)
    data = "".join(f"{number}\n" for number in numbers.tolist()).encode()
    if name.endswith(".npy"):
        array = numbers if name == "f.npy" else np.asfortranarray(np.column_stack([numbers, -numbers]))
        np.save(tmp_path / name, array)
        data = (tmp_path / name).read_bytes()
    source = opened(bucket.put(name, gzip.compress(data) if name.endswith("gz") else data), block_bytes=4000)
    for _ in range(2):
        assert values(blocks(source)) == [numbers.tolist()]
    assert source.bytes_total is not None


ROWS = "p\n" + "0.5\n" * 200_000


CHANGED = {"same size": ROWS.replace("5", "7"), "shorter": ROWS[:1000], "longer": 2 * ROWS}


def _change(bucket: Bucket, how: str) -> None:
    if how == "removed":
        bucket.system.delete_file(f"{bucket.name}/f.csv")
    else:
        bucket.put("f.csv", CHANGED[how])


@pytest.mark.parametrize("how", [*CHANGED, "removed"])
@pytest.mark.parametrize("moment", ["in a pass", "between two passes"])
def test_an_object_that_changes(
    bucket: Bucket, how: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequential, "RANGE_BYTES", 1 << 16)
    source: Any = opened(bucket.put("f.csv", ROWS), block_bytes=1 << 12)
    reader = source.read([Column(0)])
    if moment == "in a pass":
        next(reader)
    else:
        assert sum(block.rows for block in reader) == 200_000
        reader = source.read([Column(0)])
    _change(bucket, how)
    with pytest.raises(ChangedError) as caught:
        list(reader)
    assert caught.value.exit_code == 4


def test_no_thread_stays_when_a_source_is_closed(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequential, "RANGE_BYTES", 1 << 14)
    before = threading.active_count()
    source = opened(bucket.put("f.csv", ROWS), block_bytes=1 << 12)
    next(iter(source.read([Column(0)])))
    source.close()
    deadline = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before
