"""Part files in a bucket: which objects a folder or a glob in a URI means; they read as one table."""

from __future__ import annotations

import pytest

from losscli.errors import ChangedError, LosscliError, PartsError, ReadError, RowsError
from losscli.sources.grammar import holds_parts, parse_source
from losscli.sources.parts import list_parts, would_be_part
from losscli.sources.records import Column
from losscli.workers import Workers
from tests.s3 import Bucket

from .reading import blocks, opened, values


def names(bucket: Bucket, pattern: str) -> list[str]:
    return [part.path.removeprefix(f"{bucket.uri}/") for part in list_parts(f"{bucket.uri}/{pattern}")]


@pytest.fixture
def parts(bucket: Bucket) -> Bucket:
    """A bucket with part files, and with what is no part."""
    for key in (
        "d/a.csv",
        "d/b.csv",
        "d/_SUCCESS",
        "d/.a.csv.crc",
        "n/k=1/x.csv",
        "n/k=2/x.csv",
        "n/_t/x.csv",
    ):
        bucket.put(key, "p\n0.5\n")
    bucket.put("e/_SUCCESS", "")
    bucket.put("l/a[1].csv", "p\n1\n")
    bucket.put("l/a1.csv", "p\n2\n")
    return bucket


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("d/", ["d/a.csv", "d/b.csv"]),
        ("d/*.csv", ["d/a.csv", "d/b.csv"]),
        ("d/?.csv", ["d/a.csv", "d/b.csv"]),
        ("d/[b].csv", ["d/b.csv"]),
        ("d/_*", ["d/_SUCCESS"]),
        ("n/*/x.csv", ["n/k=1/x.csv", "n/k=2/x.csv"]),
        ("n/**", ["n/k=1/x.csv", "n/k=2/x.csv"]),
        ("**/b.csv", ["d/b.csv"]),
        ("n/k=*/", ["n/k=1/x.csv", "n/k=2/x.csv"]),
        ("l/a[1].csv", ["l/a1.csv", "l/a[1].csv"]),
    ],
)
def test_what_a_remote_glob_matches(parts: Bucket, pattern: str, expected: list[str]) -> None:
    assert names(parts, pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "kind", "said"),
    [
        ("n/", PartsError, "k=1/ is a folder"),
        ("e/", RowsError, "no part file; it has _SUCCESS"),
        ("d/*.tsv", ReadError, "no file matches"),
        ("none/", ReadError, "cannot be read"),
    ],
)
def test_what_is_refused(parts: Bucket, pattern: str, kind: type[LosscliError], said: str) -> None:
    with pytest.raises(kind, match=said):
        names(parts, pattern)


def test_the_grammar_knows_remote_folders() -> None:
    assert parse_source("s3://bucket/d/:y").path == "s3://bucket/d/"
    assert parse_source("s3://bucket/d/*.csv:y").path == "s3://bucket/d/*.csv"
    assert holds_parts("s3://bucket/d/")
    assert holds_parts("s3://bucket/part-?.csv")
    assert not holds_parts("s3://bucket/d.csv")
    assert not holds_parts("gs://bucket/d.csv?anonymous=true")
    assert holds_parts("gs://bucket/d/?anonymous=true")


def test_what_would_become_a_remote_part() -> None:
    assert would_be_part("s3://bucket/d/", "s3://bucket/d/new.csv")
    assert would_be_part("s3://bucket/**/*.csv", "s3://bucket/d/new.csv")
    assert not would_be_part("s3://bucket/d/", "s3://bucket/d/_new.csv")
    assert not would_be_part("s3://bucket/d/", "s3://bucket/new.csv")
    assert not would_be_part("s3://bucket/d/", "d/new.csv")
    assert not would_be_part("d/*", "s3://bucket/d/new.csv")


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_remote_parts_read_as_one_table(bucket: Bucket, size: int) -> None:
    for number in range(12):
        bucket.put(f"d/part-{number:02}.csv", f"y,p\n{number % 2},0.{number + 1}\n1,0.5\n")
    source = opened(f"{bucket.uri}/d/", block_bytes=size, workers=Workers(2))
    for _ in range(2):
        found = values(blocks(source, [Column(1)]))[0]
        assert found[::2] == [float(f"0.{number + 1}") for number in range(12)]
    bucket.put("d/part-12.csv", "y,p\n1,1\n")
    with pytest.raises(ChangedError, match=r"part-12\.csv"):
        blocks(source)


def test_a_remote_part_that_is_gone(bucket: Bucket) -> None:
    for number in range(3):
        bucket.put(f"d/part-{number}.csv", "p\n0.5\n")
    source = opened(f"{bucket.uri}/d/*.csv")
    bucket.system.delete_file(f"{bucket.name}/d/part-1.csv")
    with pytest.raises(ChangedError):
        blocks(source)
