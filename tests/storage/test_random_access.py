"""Files at any place, folders behind a URI, and what changed in between."""

from __future__ import annotations

import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from losscli.errors import ChangedError, LosscliError, ReadError, SourceError, UnsupportedFormat, UsageError
from losscli.storage.reading import is_folder, list_files, open_random
from losscli.storage.uris import is_remote, local_path
from losscli.storage.watching import Watch
from tests.s3 import Bucket


def test_what_is_remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("s3://b/k.csv", "S3://b/k", "gs://b/k", "https://host/k", "hdfs://host:9000/k"):
        assert is_remote(path), path
    for path in ("y.csv", "file:///y.csv", "/a/b:c", "-", "", "c:\\y.csv", "://x", "a//b"):
        assert not is_remote(path), path
    assert local_path("file:///data/a%20b.csv") == "/data/a b.csv"
    assert local_path("FILE://localhost/y.csv") == "/y.csv"
    assert local_path("y.csv") == "y.csv"
    for wrong in ("file://y.csv", "file://host/y.csv"):
        with pytest.raises(SourceError):
            local_path(wrong)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:").mkdir()
    (tmp_path / "s3:" / "y.csv").write_text("1\n")
    assert not is_remote("s3://y.csv")


@pytest.mark.parametrize("key", ["a.bin", "deep/er/a.bin", "a b%20+é?#.bin", "a:1.bin"])
def test_an_object_is_read_at_any_place(bucket: Bucket, key: str) -> None:
    uri = bucket.put(key, bytes(range(200)))
    with open_random(uri) as file:
        assert file.size() == 200
        file.seek(190)
        assert file.read(5) == bytes(range(190, 195))
        assert file.read_at(3, 1) == b"\1\2\3"


def test_a_local_file_is_read_at_any_place(tmp_path: Path) -> None:
    path = tmp_path / "a b.bin"
    path.write_bytes(b"0123456789")
    for name in (str(path), path.as_uri()):
        with open_random(name) as file:
            file.seek(8)
            assert file.read() == b"89"


def test_what_cannot_be_read_at_any_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    cases: list[tuple[str, type[LosscliError], str]] = [
        (str(tmp_path / "none"), ReadError, "no file"),
        (str(tmp_path), ReadError, "folder"),
        (str(tmp_path / "pipe"), ReadError, "pipe"),
        ("a\0b", ReadError, "cannot be read"),
        ("https://host/y.parquet", UnsupportedFormat, "not opened"),
        ("s3://key:secret@bucket/y.parquet", SourceError, "bucket"),
        ("s3:///y.parquet", SourceError, "address"),
    ]
    for path, kind, words in cases:
        with pytest.raises(kind, match=words) as caught:
            open_random(path)
        assert "secret" not in "\n".join(caught.value.lines())


def test_objects_that_are_not_there(bucket: Bucket) -> None:
    bucket.put("folder/a", b"1")
    for uri in (f"{bucket.uri}/none", f"{bucket.uri}/folder", "s3://no-such-bucket/x"):
        with pytest.raises(ReadError, match=r"no such object|not a regular file") as caught:
            open_random(uri)
        assert caught.value.exit_code == 4
        assert len(caught.value.lines()) <= 2
    with pytest.raises(ReadError):
        list_files(f"{bucket.uri}/none")


def test_a_remote_folder_is_listed(bucket: Bucket) -> None:
    for key in ("d/b.csv", "d/a.csv", "d/_SUCCESS", "d/k=1/c.csv", "d/Z.csv", "e.csv"):
        bucket.put(key, b"1\n")
    under = f"{bucket.uri}/d"
    names = ["Z.csv", "_SUCCESS", "a.csv", "b.csv"]
    for uri in (under, f"{under}/"):
        assert list_files(uri) == [f"{under}/{name}" for name in [*names, "k=1/"]]
        assert list_files(uri, deep=True) == [f"{under}/{name}" for name in [*names, "k=1/c.csv"]]
        assert is_folder(uri)
    assert list_files(bucket.uri) == [f"{under}/", f"{bucket.uri}/e.csv"]
    assert not is_folder(f"{bucket.uri}/e.csv")
    assert not is_folder(f"{bucket.uri}/none")


def test_a_watch_sees_an_object_replaced_within_its_second(bucket: Bucket) -> None:
    uri = bucket.put("a.bin", b"1111")
    watch = Watch(uri)
    assert watch.size == 4
    watch.unchanged()
    Watch(uri).continues(watch)
    bucket.put("a.bin", b"2222")
    with pytest.raises(ChangedError):
        watch.unchanged()
    with pytest.raises(ChangedError):
        Watch(uri).continues(watch)
    bucket.system.delete_file(f"{bucket.name}/a.bin")
    with pytest.raises(ChangedError) as caught:
        watch.unchanged()
    assert caught.value.exit_code == 4


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _cut(path: Path) -> None:
    os.truncate(path, 2)


def _replace(path: Path) -> None:
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"4567")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def _touch(path: Path) -> None:
    os.utime(path, (1, 1))


@pytest.mark.parametrize("change", [_grow, _cut, _replace, _touch, Path.unlink])
def test_a_watch_sees_a_file_change(tmp_path: Path, change: object) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"0123")
    watch = Watch(str(path))
    watch.unchanged()
    change(path)  # type: ignore[operator]
    with pytest.raises(ChangedError):
        watch.unchanged()


def test_endpoints(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = bucket.put("a.bin", b"12")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", os.environ["AWS_ENDPOINT_URL"] + "/")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert open_random(uri).size() == 2
    for wrong in (
        "localhost:9000",
        "ftp://host",
        "http://",
        "http://host:port",
        "http://u:p@host",
        "http://h/p",
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wrong)
        with pytest.raises(UsageError, match="AWS_ENDPOINT_URL_S3") as caught:
            open_random(uri)
        assert caught.value.exit_code == 2


def test_a_server_that_does_not_answer(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    start = time.monotonic()
    with pytest.raises(ReadError, match=r"http://127\.0\.0\.1:1 does not answer") as caught:
        open_random(f"{bucket.uri}/a.bin")
    assert "AWS_ENDPOINT_URL" in (caught.value.hint or "")
    assert time.monotonic() - start < 30


def test_a_server_that_takes_the_connection_and_says_nothing(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losscli.storage import s3

    monkeypatch.setattr(s3, "SILENT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ReadError, match="does not answer"):
            open_random(f"{bucket.uri}/a.bin")


class _Elsewhere(BaseHTTPRequestHandler):
    """A bucket that lies in another region than the one that is asked."""

    def do_HEAD(self) -> None:
        here = "/eu-north-9/" in self.headers.get("Authorization", "")
        self.send_response(200 if here else 301)
        self.send_header("x-amz-bucket-region", "eu-north-9")
        self.send_header("Content-Length", "7" if here else "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_bucket_of_another_region_is_asked_there(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        assert open_random("s3://bucket-far-away/a.bin").size() == 7
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
