"""The S3 file system that the environment describes, with AWS's variables for endpoint, region and bundle."""

from __future__ import annotations

import os
import re
from typing import Any, Final

from losscli.errors import UsageError
from losscli.records import NamedTuple

CONNECT_SECONDS: Final = 3
"""How long one attempt to connect may take."""
SILENT_SECONDS: Final = 20
"""How long a connection may stay silent."""
ATTEMPTS: Final = 3
DEFAULT_REGION: Final = "us-east-1"
"""Where no region is set. Nothing asks the network for one; a bucket that lies elsewhere says so itself."""


_DENIED: Final = re.compile(
    r"AWS Error (ACCESS_DENIED|INVALID_ACCESS_KEY_ID|SIGNATURE_DOES_NOT_MATCH|INVALID_CLIENT_TOKEN_ID)"
    r"|HTTP status 40[13]"
)


class Endpoint(NamedTuple):
    """A server that speaks S3: `scheme` is http or https, `host` may end in a port."""

    scheme: str
    host: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


def endpoint() -> Endpoint | None:
    """The server that `AWS_ENDPOINT_URL_S3`, else `AWS_ENDPOINT_URL`, names; None for Amazon's own.

    Raises UsageError for a value that is no URL of a server.
    """
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    for variable in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        text = os.environ.get(variable, "").strip()
        if text:
            return _parsed(variable, text)
    return None


def _parsed(variable: str, text: str) -> Endpoint:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        sound = False
    if not sound or parts.username is not None or parts.path not in ("", "/") or parts.query:
        raise UsageError(
            f"{variable} is no URL of a server: {text!r}",
            hint=f"for example {variable}=http://localhost:9000",
        )
    return Endpoint(parts.scheme, parts.netloc)


def region() -> str:
    """The region of `AWS_REGION`, else `AWS_DEFAULT_REGION`, else of the profile in AWS's own file."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if name := os.environ.get(variable, "").strip():
            return name
    return _profile_region() or DEFAULT_REGION


def _profile_region() -> str | None:
    import configparser

    path = os.environ.get("AWS_CONFIG_FILE") or os.path.expanduser("~/.aws/config")
    profile = os.environ.get("AWS_PROFILE") or "default"
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return None
    section = profile if profile == "default" else f"profile {profile}"
    return parser.get(section, "region", fallback=None)


def is_denied(error: OSError) -> bool:
    """Whether the server knows who asks, and says no."""
    return _DENIED.search(str(error)) is not None


def s3(region_name: str | None = None) -> Any:
    """The file system. Credentials come from where AWS's tools look: the environment, the shared files, the
    machine's role; where there are none, requests are anonymous. A small file is written by one request."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    server = endpoint()
    place = {} if server is None else {"scheme": server.scheme, "endpoint_override": server.host}
    bundle = os.environ.get("AWS_CA_BUNDLE")
    return S3FileSystem(
        region=region_name or region(),
        connect_timeout=CONNECT_SECONDS,
        request_timeout=SILENT_SECONDS,
        allow_delayed_open=True,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        **place,
        **({"tls_ca_file_path": bundle} if bundle else {}),
    )
