"""Outputs behind a URI: whole or not at all, and never one that is also an input."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from losscli.errors import SourceError, WriteError
from losscli.outputs.files import OutputFile, refuse_overlap, same_file, write_file
from losscli.storage import remote, uploading
from tests.s3 import Bucket

ROOT = Path(__file__).resolve().parents[2]


def test_an_object_is_written_and_replaced(bucket: Bucket) -> None:
    uri = f"{bucket.uri}/a/r s.json"
    write_file(uri, ["old"])
    assert bucket.get("a/r s.json") == b"old"
    with OutputFile(uri) as file:
        file.write(b"new")
        assert bucket.get("a/r s.json") == b"old"
    assert bucket.get("a/r s.json") == b"new"
    write_file(f"{bucket.uri}/r.csv.gz", ["x,y\n"])
    assert gzip.decompress(bucket.get("r.csv.gz")) == b"x,y\n"
    write_file(f"{bucket.uri}/empty.txt", [])
    assert bucket.get("empty.txt") == b""
    assert bucket.keys() == ["a/r s.json", "empty.txt", "r.csv.gz"]


def test_a_large_object_is_written_in_parts(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "_PIECE", 1 << 20)
    content = os.urandom(1 << 20) * 25
    with OutputFile(f"{bucket.uri}/large.bin") as file:
        for start in range(0, len(content), 999_999):
            file.write(content[start : start + 999_999])
    assert bucket.get("large.bin") == content


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_run_that_fails_leaves_the_old_object(bucket: Bucket, error: type[BaseException]) -> None:
    bucket.put("r.json", b"old")

    def pieces():  # type: ignore[no-untyped-def]
        yield "half"
        raise error

    for key in ("r.json", "new.json"):
        with pytest.raises(error):
            write_file(f"{bucket.uri}/{key}", pieces())
    assert bucket.keys() == ["r.json"]
    assert bucket.get("r.json") == b"old"


BREAKS = """
import sys
from losscli.errors import LosscliError
from losscli.outputs.files import OutputFile
from losscli.storage import uploading
read = []
class Breaking:
    def __init__(self, file): self.file = file
    def seek(self, place): self.file.seek(place)
    def read(self, count):
        read.append(count)
        if len(read) > 3:
            raise {error}
        return self.file.read(6 << 20)
send = uploading._send
uploading._send = lambda system, path, file: send(system, path, Breaking(file))
try:
    with OutputFile(sys.argv[1]) as file:
        for _ in range(40):
            file.write(b"0" * (1 << 20))
except (LosscliError, KeyboardInterrupt) as error:
    print(type(error).__name__)
    del error
import gc
gc.collect()
print(len(read))
"""


@pytest.mark.parametrize("error", ['OSError(5, "Input/output error")', "KeyboardInterrupt"])
def test_an_upload_that_breaks_off_never_completes(bucket: Bucket, error: str) -> None:
    """Also when the process then ends in good order: Arrow would complete what it lets go of."""
    bucket.put("large.bin", b"old")
    for key in ("large.bin", "new.bin"):
        done = subprocess.run(
            [sys.executable, "-c", BREAKS.format(error=error), f"{bucket.uri}/{key}"],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            env=os.environ | bucket.environment,
        )
        name = "WriteError" if "OSError" in error else "KeyboardInterrupt"
        assert done.stdout.split() == [name, "4"], done.stderr
        assert (done.returncode, done.stderr) == (0, "")
    assert bucket.keys() == ["large.bin"]
    assert bucket.get("large.bin") == b"old"


def refused(uri: str) -> WriteError:
    with pytest.raises(WriteError) as caught:
        OutputFile(uri)
    assert caught.value.exit_code == 4
    assert len(caught.value.lines()) <= 2
    return caught.value


def test_what_cannot_be_written_is_told_before_anything_is_computed(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no bucket" in refused("s3://no-such-bucket/r.json").message
    assert "names no file" in refused(bucket.uri).message
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "does not answer" in refused(f"{bucket.uri}/r.json").message


def test_a_file_uri_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a b.json"
    write_file(path.as_uri(), ["x"])
    assert path.read_text() == "x"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a b.json"]
    assert same_file(path.as_uri(), str(path))


def test_one_object_by_several_names() -> None:
    for first, second in [
        ("s3://b/k.csv", "S3://b/k.csv"),
        ("gs://b/k%20.csv", "gcs://b/k .csv?retry_limit_seconds=3"),
        ("abfs://c@a/k", "abfss://c@a/k"),
    ]:
        assert same_file(first, second), (first, second)
    for first, second in [
        ("s3://b/k.csv", "s3://b/K.csv"),
        ("s3://b/k%20.csv", "s3://b/k .csv"),
        ("s3://b/k.csv", "gs://b/k.csv"),
        ("s3://b/k.csv", "b/k.csv"),
        ("-", "s3://b/k.csv"),
    ]:
        assert not same_file(first, second), (first, second)
    with pytest.raises(SourceError, match="also an input"):
        refuse_overlap(["s3://b/k.csv"], ["y.csv", "s3://b/k.csv"])
    with pytest.raises(SourceError, match="two outputs"):
        refuse_overlap(["s3://b/k.csv", "s3://b/k.csv"], [])


class TestSystemsWithoutObjects:
    """hdfs:// and its like, on which a file grows in sight: written beside, then renamed."""

    @pytest.fixture
    def uri(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

        system = SubTreeFileSystem(str(tmp_path), LocalFileSystem())

        def by_uri(uri: str) -> tuple[Any, str]:
            return system, uri.removeprefix("hdfs://host:9000/")

        monkeypatch.setattr(remote, "_by_uri", by_uri)
        return "hdfs://host:9000/r.json"

    def test_written_and_replaced(self, uri: str, tmp_path: Path) -> None:
        for text in ("old", "new"):
            write_file(uri, [text])
            assert (tmp_path / "r.json").read_text() == text
        assert os.listdir(tmp_path) == ["r.json"]

    def test_a_half_upload_goes(self, uri: str, tmp_path: Path) -> None:
        write_file(uri, ["old"])

        class Broken:
            def seek(self, place: int) -> None:
                pass

            def read(self, count: int) -> bytes:
                raise OSError(5, "Input/output error")

        with pytest.raises(WriteError):
            uploading.upload(uri, Broken())  # type: ignore[arg-type]
        assert os.listdir(tmp_path) == ["r.json"]
        assert (tmp_path / "r.json").read_text() == "old"


def test_readers_see_the_old_object_or_the_new_one(bucket: Bucket) -> None:
    uri = f"{bucket.uri}/r.bin"
    write_file(uri, ["0" * 1000])
    seen: set[bytes] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(bucket.get("r.bin"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for digit in range(1, 6):
        write_file(uri, [str(digit) * 1000])
    done.set()
    watcher.join()
    assert all(len(content) == 1000 and len(set(content)) == 1 for content in seen)
