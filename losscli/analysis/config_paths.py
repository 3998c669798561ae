"""Paths in losscli.toml are relative to its folder; here they become paths of the working folder."""

from __future__ import annotations

import os
from collections.abc import Sequence

from losscli.sources.grammar import STDIN, is_uri

HERE = "./"


def path_from(folder: str, path: str) -> str:
    """The path as a reader in the working folder opens it; URIs and absolute paths are as they are."""
    if not folder or os.path.isabs(path) or is_uri(path):
        return path
    return os.path.join(folder, path.removeprefix(HERE))


def source_from(folder: str, text: str) -> str:
    """A SOURCE, PATH[:COLUMNS], with its path as a reader in the working folder opens it.

    Standard input and `:COLUMNS` of the source before are as they are.
    """
    if text == STDIN or text.startswith((":", f"{STDIN}:")):
        return text
    return _plainly_path(path_from(folder, text))


def _plainly_path(text: str) -> str:
    """The source so that no `=` in its path is taken for the end of a role: ./day=2/y.csv."""
    role, equals, _ = text.partition("=")
    return HERE + text if equals and role.isidentifier() else text


def named_source_from(folder: str, text: str, roles: Sequence[str]) -> str:
    """A SOURCE, or ROLE=SOURCE as the command line takes it; a file of that very name is a SOURCE."""
    role, equals, rest = text.partition("=")
    if not equals or role not in roles or os.path.lexists(path_from(folder, text)):
        return source_from(folder, text)
    return as_role(role, source_from(folder, rest))


def as_role(role: str, source: str) -> str:
    """ROLE=SOURCE, for sure not the name of a file."""
    whole = f"{role}={source}"
    return f"{role}={HERE}{source}" if os.path.lexists(whole) else whole
