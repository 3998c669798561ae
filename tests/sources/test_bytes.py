from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from losscli.errors import (
    ChangedError,
    DataError,
    FormatError,
    LosscliError,
    ReadError,
    RowsError,
    SourceError,
    UnsupportedFormat,
)
from losscli.sources.ahead import Ahead
from losscli.sources.records import Column
from losscli.workers import Workers

from .reading import blocks, opened, values, written

READ = """
import sys
from losscli.errors import LosscliError
from losscli.sources.open import open_source
from losscli.sources.records import Column, ReadOptions
try:
    source = open_source(sys.argv[1], ReadOptions(block_bytes=int(sys.argv[2])))
    total = sum(float(block.numbers(0).sum()) for block in source.read([Column(0)]))
    print(source.name, source.format, total)
    list(source.read([Column(0)]))
except LosscliError as error:
    print(*error.lines(), sep="\\n")
    sys.exit(error.exit_code)
"""


def run(path: str, *, size: int = 1 << 20, content: bytes | None = None) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ, path, str(size)],
        input=content,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("content", [b"p\n1\n2\n", b"[1,\n2]", b"1\n2\n", b'{"p":1}\n{"p":2}\n'])
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_standard_input_is_read_once(content: bytes, size: int) -> None:
    code, said = run("-", size=size, content=content)
    if content.startswith(b"[1,"):
        assert (code, said) == (0, "standard input json 3.0\n")
    else:
        assert code == 4
        assert said.startswith("standard input ")
        assert " 3.0\n" in said
        assert "only once" in said


def test_standard_input_that_is_closed() -> None:
    command = f"exec {sys.executable} -c '{READ}' - 16 <&-"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.returncode == 4
    assert b"standard input" in done.stdout


def test_empty_standard_input() -> None:
    code, said = run("-", content=b"")
    assert code == 3
    assert "empty" in said


def test_gzip_on_standard_input_is_named() -> None:
    code, said = run("-", content=gzip.compress(b"1\n", mtime=0))
    assert code == 3
    assert "gzip" in said


def test_a_fifo(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = b"p\n" + b"0.5\n" * 100_000

    def write() -> None:
        path.write_bytes(text)

    writer = threading.Thread(target=write)
    writer.start()
    found = blocks(opened(path, block_bytes=1 << 12))
    writer.join()
    assert sum(block.rows for block in found) == 100_000


def test_a_file_descriptor(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb+") as file:
        file.write(b"p\n1\n2\n")
        file.flush()
        assert values(blocks(opened(f"/dev/fd/{file.fileno()}"))) == [[1.0, 2.0]]


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_gzip_of_several_members_and_padding(tmp_path: Path, size: int) -> None:
    data = (
        gzip.compress(b"p\n1\n2", mtime=0)
        + gzip.compress(b"3\n", mtime=0)
        + gzip.compress(b"", mtime=0)
        + gzip.compress(b"4", mtime=0)
        + b"\0" * 600
    )
    assert values(blocks(opened(written(tmp_path, "f.csv.gz", data), block_bytes=size))) == [[1.0, 23.0, 4.0]]


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_damaged_gzip(tmp_path: Path, size: int) -> None:
    rows = "".join(f"{value}\n" for value in np.random.default_rng(0).random(2000)).encode()
    whole = gzip.compress(b"p\n" + rows)
    flipped = bytearray(whole)
    flipped[-6] ^= 1
    for data in (whole[:-9], whole[: len(whole) // 2], bytes(flipped), whole + b"junk"):
        with pytest.raises(FormatError, match="gzip"):
            blocks(opened(written(tmp_path, "f.csv.gz", data), block_bytes=size))


MAGIC = [
    ("f.csv", gzip.compress(b"1\n", mtime=0), "gzip"),
    ("f.csv.gz", b"1\n", "not gzip"),
    ("f.npy", b"1\n", "not npy"),
    ("f.csv", b"\x93NUMPY\x01\x00", "npy"),
    ("f.json", b"PK\x03\x04", "zip"),
    ("f.csv", b"PAR1", "parquet"),
    ("f.tsv", "a\n1\n".encode("utf-16"), "UTF-16"),
    ("f", b"\x80\x04\x95", "pickle"),
    ("f.csv.gz", gzip.compress(b"PAR1....", mtime=0), "parquet"),
]


@pytest.mark.parametrize(("name", "content", "word"), MAGIC)
def test_content_against_suffix(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    with pytest.raises(FormatError, match=word) as caught:
        opened(written(tmp_path, name, content))
    assert caught.value.exit_code == 3
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("m.pt", "numpy.save"),
        ("m.pkl", "numpy.save"),
        ("m.pickle", "numpy.save"),
        ("m.xlsx", "CSV"),
        ("m.orc", "Parquet"),
        ("m.h5", "numpy.save"),
        ("m.csv.xz", "unpack"),
        ("m.tar", "unpack"),
        ("m.parquet.gz", "unpack"),
        ("m.npz.zst", "unpack"),
    ],
)
def test_formats_that_are_not_read(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        opened(written(tmp_path, name, b"x"))
    assert caught.value.exit_code == 2
    assert word in (caught.value.hint or "")


def test_the_format_option(tmp_path: Path) -> None:
    path = written(tmp_path, "f.dat", b"1\n2\n")
    assert opened(path, format="ndjson").format == "ndjson"
    assert opened(path, format="JSONL").format == "ndjson"
    assert opened(path, format="tsv").format == "tsv"
    packed = written(tmp_path, "g.dat", gzip.compress(b"1\n2\n", mtime=0))
    assert values(blocks(opened(packed, format="csv.gz"))) == [[1.0, 2.0]]
    for wrong in ("orc", "exe", "csv.xz", "csv.", "parquet.gz", ""):
        with pytest.raises(UnsupportedFormat):
            opened(path, format=wrong)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    written(tmp_path, "preds.csv", b"1\n")
    cases: list[tuple[str, type[LosscliError], str]] = [
        (str(tmp_path / "pred.csv"), ReadError, "no file"),
        (str(tmp_path / "none" / "pred.csv"), ReadError, "no file"),
        (str(tmp_path / "*.npy"), ReadError, "no file"),
        ("https://host/f.csv", UnsupportedFormat, "URI"),
        ("s3:///f.csv", SourceError, "address"),
        (str(tmp_path / "a\0b.csv"), ReadError, "cannot be read"),
    ]
    for path, kind, word in cases:
        with pytest.raises(kind, match=word):
            opened(path)
    with pytest.raises(ReadError) as caught:
        opened(tmp_path / "pred.csv")
    assert "preds.csv" in (caught.value.hint or "")


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    for name in ("f.csv", "f.json", "f.ndjson", "f.npy", "f.csv.gz", "f"):
        with pytest.raises(RowsError):
            opened(written(tmp_path, name, b""))


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", b"p\n" + b"0.5\n" * 50_000)
    reader = opened(path, block_bytes=1 << 10).read([Column(0)])
    next(iter(reader))
    with path.open("ab") as file:
        file.write(b"0.5\n")
    with pytest.raises(ChangedError) as caught:
        list(reader)
    assert caught.value.exit_code == 4


def test_a_source_that_is_never_read_warns_of_nothing(tmp_path: Path) -> None:
    source = opened(written(tmp_path, "f.csv", b"1\n"))
    del source


def test_ahead_keeps_the_order() -> None:
    assert list(Ahead(iter(range(200)), lambda number: number * 2, Workers(4))) == list(range(0, 400, 2))


@pytest.mark.parametrize("threads", [1, 3])
def test_ahead_passes_exceptions_on_in_their_turn(threads: int) -> None:
    def work(number: int) -> int:
        if number == 5:
            raise KeyError(number)
        return number

    seen = iter(Ahead(iter(range(10)), work, Workers(threads)))
    assert [next(seen) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError):
        next(seen)

    def pieces() -> object:
        yield 1
        raise ValueError

    reader = iter(Ahead(pieces(), work, Workers(threads)))  # type: ignore[arg-type, var-annotated]
    assert next(reader) == 1
    with pytest.raises(ValueError):  # noqa: PT011 - the very error that the iterator raised
        next(reader)


def test_ahead_makes_only_a_few_before_they_are_asked_for() -> None:
    taken: list[int] = []

    def pieces() -> object:
        for number in range(1000):
            taken.append(number)
            yield number

    reader = iter(Ahead(pieces(), lambda number: number, Workers(2)))  # type: ignore[arg-type, var-annotated]
    assert next(reader) == 0
    for thread in threading.enumerate():
        if thread.name == "losscli-reader":
            thread.join(timeout=0.2)
    assert len(taken) <= 6
    reader.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "losscli-reader":
            thread.join(timeout=5)
            assert not thread.is_alive()


def test_errors_of_data_are_data_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        blocks(opened(written(tmp_path, "f.csv", b"1\nx\n")))
