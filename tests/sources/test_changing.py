"""Files that are cut, grow or are replaced while they are read: exit 4, never a crash or a wrong number."""

from __future__ import annotations

import bz2
import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from losscli.errors import ChangedError
from losscli.sources.records import Column
from tests.sources.reading import opened

ROWS = 60_000
NUMBERS = np.random.default_rng(7).random(ROWS)
BLOCK = 1 << 12


def write_csv(path: Path, numbers: np.ndarray) -> None:
    path.write_text("p\n" + "".join(f"{number}\n" for number in numbers.tolist()))


def write_ndjson(path: Path, numbers: np.ndarray) -> None:
    path.write_text("".join(f"{number}\n" for number in numbers.tolist()))


def write_npy(path: Path, numbers: np.ndarray) -> None:
    np.save(path, numbers)


def write_columns_npy(path: Path, numbers: np.ndarray) -> None:
    np.save(path, np.asfortranarray(numbers.reshape(-1, 2)))


def write_npz(path: Path, numbers: np.ndarray) -> None:
    np.savez(path, p=numbers)


def write_parquet(path: Path, numbers: np.ndarray) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"p": numbers}), path, row_group_size=len(numbers) // 12, compression="none")


def write_arrow(path: Path, numbers: np.ndarray) -> None:
    table = pa.table({"p": numbers})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=len(numbers) // 12)


def write_arrow_stream(path: Path, numbers: np.ndarray) -> None:
    table = pa.table({"p": numbers})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=len(numbers) // 12)


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Path, np.ndarray], None]:
    def write(path: Path, numbers: np.ndarray) -> None:
        plain = path.with_name("plain")
        write_csv(plain, numbers)
        path.write_bytes(pack(plain.read_bytes()))
        plain.unlink()

    return write


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


WRITE: dict[str, Callable[[Path, np.ndarray], None]] = {
    "f.csv": write_csv,
    "f.ndjson": write_ndjson,
    "f.npy": write_npy,
    "columns.npy": write_columns_npy,
    "f.npz": write_npz,
    "f.parquet": write_parquet,
    "f.arrow": write_arrow,
    "stream.arrow": write_arrow_stream,
    "f.csv.gz": packed(gzip.compress),
    "f.csv.bz2": packed(bz2.compress),
    "f.csv.zst": packed(zstd),
}


def cut_short(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def emptied(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    os.truncate(path, 0)


def grown(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    with path.open("ab") as file:
        file.write(path.read_bytes()[:5000])


def written_again(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    write(path, 1 - NUMBERS)


def replaced(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    other = path.with_name(f"new-{path.name}")
    write(other, NUMBERS[: ROWS // 2])
    other.replace(path)


def removed(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    path.unlink()


def scrambled(path: Path, write: Callable[[Path, np.ndarray], None]) -> None:
    """Other bytes of the same length: they are no longer of the format."""
    path.write_bytes(b"\xa5" * path.stat().st_size)


CHANGES = [cut_short, emptied, grown, written_again, replaced, removed, scrambled]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", WRITE)
def test_in_the_middle_of_a_pass(
    name: str, change: Callable[[Path, Callable[[Path, np.ndarray], None]], None], tmp_path: Path
) -> None:
    path = tmp_path / name
    WRITE[name](path, NUMBERS)
    os.utime(path, ns=(1, 1))  # or the change could fall into the same tick of the clock
    reader = opened(path, block_bytes=BLOCK).read([Column(0)])
    next(iter(reader))
    change(path, WRITE[name])
    with pytest.raises(ChangedError) as caught:
        list(reader)
    assert caught.value.exit_code == 4
    assert str(path) in caught.value.message


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", WRITE)
def test_between_two_passes(
    name: str, change: Callable[[Path, Callable[[Path, np.ndarray], None]], None], tmp_path: Path
) -> None:
    path = tmp_path / name
    WRITE[name](path, NUMBERS)
    os.utime(path, ns=(1, 1))
    source = opened(path, block_bytes=BLOCK)
    assert sum(block.rows for block in source.read([Column(0)])) == ROWS // (2 if "columns" in name else 1)
    change(path, WRITE[name])
    with pytest.raises(ChangedError):
        list(source.read([Column(0)]))


def test_a_file_that_grows_faster_than_it_is_read(tmp_path: Path) -> None:
    """The end is never reached; what is behind the size at the start is not waited for."""
    path = tmp_path / "f.csv"
    path.write_text("p\n" + "0.5\n" * 100_000)
    reader = opened(path, block_bytes=BLOCK).read([Column(0)])

    def chase() -> None:
        with path.open("a") as file:
            for _ in reader:
                file.write("0.5\n" * 5000)
                file.flush()

    with pytest.raises(ChangedError):
        chase()


def test_the_command_ends_with_4(tmp_path: Path) -> None:
    """A writer that appends all the time: whatever moment the run meets, it never prints a number."""
    target, prediction = tmp_path / "y.csv", tmp_path / "p.csv"
    target.write_text("1\n" * 400_000)
    prediction.write_text("0.5\n" * 400_000)
    stop = threading.Event()

    def append() -> None:
        with prediction.open("a") as file:
            while not stop.is_set():
                file.write("0.5\n")
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "losscli", "compute", "mse", str(target), str(prediction)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=Path(__file__).resolve().parents[2],
        )
    finally:
        stop.set()
        writer.join()
    assert (done.returncode, done.stdout) == (4, "")
    assert "changed while it was read" in done.stderr
    assert "Traceback" not in done.stderr
