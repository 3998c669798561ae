"""A real S3 server on this machine for the tests that speak to one: each test has a bucket of its own."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

_NUMBERS = itertools.count(1)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


class Bucket(NamedTuple):
    """A new bucket: what stands before a key in a URI, and the way in past losscli."""

    name: str
    system: Any
    environment: dict[str, str]

    @property
    def uri(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, content: bytes | str) -> str:
        """Store an object; its URI."""
        data = content if isinstance(content, bytes) else content.encode()
        with self.system.open_output_stream(f"{self.name}/{key}", compression=None) as stream:
            stream.write(data)
        return f"{self.uri}/{key}"

    def get(self, key: str) -> bytes:
        with self.system.open_input_stream(f"{self.name}/{key}", compression=None) as stream:
            return bytes(stream.read())

    def keys(self) -> list[str]:
        """The keys of all objects."""
        from pyarrow.fs import FileSelector, FileType

        found = self.system.get_file_info(FileSelector(self.name, recursive=True))
        return sorted(entry.path.partition("/")[2] for entry in found if entry.type == FileType.File)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of the server, `HOST:PORT`."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket, and the environment that leads to it."""
    from pyarrow.fs import S3FileSystem

    for variable in ("AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    environment = ENVIRONMENT | {"AWS_ENDPOINT_URL": f"http://{s3_server}"}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    system = S3FileSystem(
        region="us-east-1", scheme="http", endpoint_override=s3_server, allow_bucket_creation=True
    )
    name = f"bucket{next(_NUMBERS)}"
    system.create_dir(name)
    return Bucket(name, system, environment)
