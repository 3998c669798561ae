"""Commands that a GitHub runner reads from the output of a step: annotations, written so that no text of a
file can become a command of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from losscli.outputs.harmless import harmless

ERROR, WARNING, NOTICE = "error", "warning", "notice"

_OLD_START: Final = "##["
"""How commands began in older runners; it is still obeyed anywhere in a line."""


def annotation(kind: str, message: str, **properties: str | int | None) -> str:
    """One annotation as a line. `message` may have several lines; properties that are None or empty are left
    out.

    >>> annotation("error", "100 % wrong", file="a,b.csv", line=3, title=None)
    '::error file=a%2Cb.csv,line=3::100 %25 wrong'
    """
    given = [f"{key}={_property(str(value))}" for key, value in properties.items() if value not in (None, "")]
    words = f" {','.join(given)}" if given else ""
    lines = [harmless(line) for line in message.split("\n")]
    return f"::{kind}{words}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(harmless(text)).replace(":", "%3A").replace(",", "%2C")


def log_line(text: str) -> str:
    r"""A line of the log that no runner takes for a command; fields stay separated by tabs.

    >>> log_line("::error::x\t##[error]y")
    '\\x3a:error::x\t\\x23#[error]y'
    """
    found = "\t".join(harmless(field) for field in text.split("\t")).replace(_OLD_START, "\\x23#[")
    bare = found.lstrip()
    if bare.startswith("::"):
        found = found[: len(found) - len(bare)] + "\\x3a" + bare[1:]
    return found


def file_in_repository(path: str, environment: Mapping[str, str]) -> str | None:
    """How an annotation names a file: relative to the repository, whatever folder the step runs in; None for
    what is no file (standard input, a URI)."""
    if not os.path.isfile(path):
        return None
    root = environment.get("GITHUB_WORKSPACE")
    if not root:
        return path
    whole, root = os.path.abspath(path), os.path.abspath(root)
    inside = whole.startswith(root.rstrip(os.sep) + os.sep)
    return os.path.relpath(whole, root).replace(os.sep, "/") if inside else path
