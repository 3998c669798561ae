"""Compressed text: every compression, cut into members anywhere, damaged, too short, or a bomb."""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import FormatError, UnsupportedFormat
from losscli.sources.unpacking import PACKINGS, unpacker
from tests.sources.reading import blocks, opened, values, written

SUFFIXES = tuple(PACKINGS)
SKIPPED_FRAME = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"later"


def by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def packed(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return packed


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "zst": by_arrow("zstd"),
    "lz4": by_arrow("lz4"),
}


def test_every_compression_is_tested() -> None:
    assert set(PACK) == set(PACKINGS)


def unpacked(suffix: str, data: bytes, piece: int, count: int) -> bytes:
    """The plain bytes where the file gives at most `piece` bytes and its reader asks for `count`."""
    left = memoryview(data)

    def raw(most: int) -> bytes:
        nonlocal left
        given = bytes(left[: min(piece, most)])
        left = left[len(given) :]
        return given

    front = raw(4)
    reader = unpacker(PACKINGS[suffix], raw, "F", front)
    found = []
    while part := reader.read(count):
        assert len(part) <= count
        found.append(part)
    assert not reader.read(count)
    return b"".join(found)


PIECES = st.sampled_from((1, 3, 17, 1000, 1 << 20))
PARTS = st.lists(st.binary(max_size=50) | st.integers(0, 5000).map(lambda n: b"0.5\n" * n), max_size=4)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(parts=PARTS, piece=PIECES, count=PIECES)
def test_members_are_read_one_after_the_other(
    suffix: str, parts: list[bytes], piece: int, count: int
) -> None:
    data = b"".join(PACK[suffix](part) for part in parts)
    plain = b"".join(parts)
    if not data:
        return
    assert unpacked(suffix, data, piece, max(count, len(plain) // 1000)) == plain


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.data(), piece=PIECES)
def test_what_ends_early_is_told(suffix: str, data: st.DataObject, piece: int) -> None:
    first, second = PACK[suffix](b"1\n2\n" * 300), PACK[suffix](b"3\n" * 40)
    whole = first + second
    end = data.draw(st.integers(1, len(whole) - 1).filter(lambda place: place != len(first)))
    with pytest.raises(FormatError, match=f"{PACKINGS[suffix].name}") as caught:
        unpacked(suffix, whole[:end], piece, 1 << 16)
    assert caught.value.hint
    assert unpacked(suffix, first, piece, 1 << 16) == b"1\n2\n" * 300


CHECKED = b"p\n0.5\n0.25\n" * 3
# What `zstd -c --check` and `lz4 -c` make of it. They write checksums, Arrow does not.
WITH_CHECKSUM = {
    "zst": bytes.fromhex("28b52ffd04488d000058700a302e350a302e32350a0100568a17239d4634"),
    "lz4": bytes.fromhex("04224d186440a714000000bd700a302e350a302e32350a0b0050302e32350a000000001924e9bb"),
    "gz": gzip.compress(CHECKED),
    "bz2": bz2.compress(CHECKED),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bit_that_flipped_is_found(suffix: str) -> None:
    """Any bit of the content or of its checksum; what a header says in passing (a time) may be anything."""
    whole = WITH_CHECKSUM[suffix]
    assert unpacked(suffix, whole, 1 << 20, 1 << 20) == CHECKED
    undetected = 0
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert unpacked(suffix, bytes(flipped), 1 << 20, 1 << 20) == CHECKED
        except FormatError:
            continue
        undetected += 1
    assert undetected <= 80


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_junk_behind_the_last_member(suffix: str, tmp_path: Path) -> None:
    data = PACK[suffix](b"p\n1\n")
    for junk in (b"junk", b"\xff" * 40):
        with pytest.raises(FormatError, match=PACKINGS[suffix].name):
            blocks(opened(written(tmp_path, f"f.csv.{suffix}", data + junk)))


@pytest.mark.parametrize("suffix", ["zst", "lz4"])
def test_frames_that_are_to_be_skipped(suffix: str, tmp_path: Path) -> None:
    first, second = PACK[suffix](b"p\n1\n"), PACK[suffix](b"2\n")
    data = SKIPPED_FRAME + first + SKIPPED_FRAME + second + SKIPPED_FRAME
    assert values(blocks(opened(written(tmp_path, f"f.csv.{suffix}", data)))) == [[1.0, 2.0]]


def as_text(rows: list[float], form: str) -> bytes:
    if form == "json":
        return json.dumps(rows).encode()
    if form == "npy":
        from io import BytesIO

        file = BytesIO()
        np.save(file, np.array(rows))
        return file.getvalue()
    return "".join(f"{row}\n" for row in rows).encode()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("form", ["csv", "tsv", "json", "ndjson", "jsonl", "npy"])
def test_every_format_in_every_compression(form: str, suffix: str, tmp_path: Path) -> None:
    rows = [0.5, 0.25, 7.0]
    data = PACK[suffix](as_text(rows, form))
    source = opened(written(tmp_path, f"f.{form}.{suffix}", data))
    assert values(blocks(source)) == [rows]
    assert values(blocks(source)) == [rows]
    assert source.bytes_read == len(data) == source.bytes_total
    other = written(tmp_path, "f.dat", data)
    assert values(blocks(opened(other, format=f"{form}.{suffix}"))) == [rows]
    assert values(blocks(opened(written(tmp_path, f"g.{suffix}", data), format=form))) == [rows]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_content_against_the_compression(suffix: str, tmp_path: Path) -> None:
    packing = PACKINGS[suffix]
    data = PACK[suffix](b"1\n2\n")
    for name in ("f.csv", "f"):
        with pytest.raises(FormatError, match=f"content is {packing.name}") as caught:
            opened(written(tmp_path, name, data))
        assert f".{suffix}" in (caught.value.hint or "")
        assert packing.unpack in (caught.value.hint or "")
    with pytest.raises(FormatError, match=f"promises csv.{suffix}, but the content is not {packing.name}"):
        opened(written(tmp_path, f"f.csv.{suffix}", b"1\n2\n"))
    other = "gz" if suffix != "gz" else "zst"
    with pytest.raises(FormatError, match=rf"promises csv.{other}, but the content is {packing.name}"):
        opened(written(tmp_path, f"f.csv.{other}", data))
    twice = PACK[other](data)
    with pytest.raises(FormatError, match=f"content is {packing.name}"):
        opened(written(tmp_path, f"f.csv.{suffix}.{other}", twice))


def test_other_compressions_are_refused_with_the_ones_that_are_read(tmp_path: Path) -> None:
    for suffix in ("xz", "br", "7z", "zip"):
        with pytest.raises(UnsupportedFormat) as caught:
            opened(written(tmp_path, f"f.csv.{suffix}", b"x"))
        assert ".zst" in (caught.value.hint or "")


PEAK = """
import re, sys
from losscli.errors import LosscliError
from losscli.sources.open import open_source
from losscli.sources.records import Column
try:
    source = open_source(sys.argv[1])
    rows = sum(block.rows for block in source.read([Column(0)]))
    print(rows)
except LosscliError as error:
    print(error.exit_code, error.message)
status = open("/proc/self/status").read()  # not what the parent held at the fork, as ru_maxrss would
print(int(re.search(r"VmHWM:\\s+([0-9]+) kB", status)[1]) / 1024)
"""


def peak(path: Path) -> tuple[str, float]:
    """What reading a file says, and the megabytes that the process took at most."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, timeout=600, check=True
    )
    said, megabytes = done.stdout.splitlines()
    return said, float(megabytes)


def bomb(suffix: str, piece: bytes, times: int) -> bytes:
    """A file that unpacks to `piece` that many times, as members of eight each."""
    return PACK[suffix](piece * 8) * (times // 8)


MIB = 1 << 20


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bomb_of_rows_stays_small(suffix: str, tmp_path: Path) -> None:
    data = bomb(suffix, (b"0." + b"0" * 1021 + b"\n") * 1024, 256)
    assert len(data) < 3 * MIB
    said, megabytes = peak(written(tmp_path, f"f.csv.{suffix}", data))
    assert said == str(256 * 1024)
    assert megabytes < 300


def test_a_large_array_by_columns_stays_small(tmp_path: Path) -> None:
    """It has to be read out of order, so it is kept on the disk, not in memory."""
    from io import BytesIO

    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": True, "shape": (1 << 23, 8)})
    data = PACK["zst"](file.getvalue()) + bomb("zst", bytes(MIB), 512)
    said, megabytes = peak(written(tmp_path, "f.npy.zst", data))
    assert said == str(1 << 23)
    assert megabytes < 300


@pytest.mark.parametrize(
    ("suffix", "form", "kind"),
    [
        *((suffix, "csv", "digits") for suffix in SUFFIXES),
        *(("zst", form, kind) for form in ("csv", "ndjson") for kind in ("later", "quotes")),
        ("bz2", "ndjson", "digits"),
    ],
)
def test_a_bomb_without_a_line_end_stays_small(suffix: str, form: str, kind: str, tmp_path: Path) -> None:
    data = bomb(suffix, (b'"' if kind == "quotes" else b"1") * MIB, 512)
    starts = {"digits": b"", "later": b"1\n2\n3\n" * 30_000, "quotes": b"1\n2\n"}[kind]
    said, megabytes = peak(written(tmp_path, f"f.{form}.{suffix}", PACK[suffix](starts) + data))
    assert said.startswith("3 "), said
    assert megabytes < 300
