"""What a check without a verdict leaves for those who read no exit code: annotations on standard error, and a
JUnit file that says so.

The call may be too wrong to be parsed, so the words themselves are looked through."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from losscli.errors import LosscliError
from losscli.outputs import OutputTarget, parse_output

_START: Final = 256
"""So many first bytes of a file tell whether it is XML."""


def annotated(problem: BaseException, lines: Sequence[str], words: Sequence[str]) -> list[str]:
    """The error as annotations, those of bad cells on their lines; none where no GitHub format is asked
    for."""
    named = _values(words, "f", "--format") or [os.environ.get("LOSSCLI_FORMAT", "")]
    asked = [named[-1].strip().lower(), *(target.format.name for target in _targets(words))]
    if "github" not in asked:
        return []
    if isinstance(problem, LosscliError):
        from losscli.outputs.error_annotations import error_annotations

        form = _values(words, "", "--input-format")
        return list(error_annotations(problem, form=form[-1].strip().lower() if form else ""))
    from losscli.outputs.workflow import ERROR, annotation

    return [annotation(ERROR, "\n".join(lines), title="losscli: no verdict")]


def write_documents(words: Sequence[str], lines: Sequence[str], code: str, exit_code: int) -> list[str]:
    """Write every JUnit file that was asked for, with an error in place of verdicts; what is to be told about
    it. A file that holds something else than XML is left alone: it may be an input that was named by
    mistake."""
    from losscli.outputs.as_junit import error_document
    from losscli.outputs.files import write_file

    told = []
    for target in _targets(words):
        if target.format.name != "junit":
            continue
        if not _replaceable(target.path, words):
            told.append(f"note: {target.path} holds no XML, so it is left as it is")
            continue
        try:
            write_file(target.path, [error_document(lines, code, exit_code)])
        except LosscliError as error:
            told += [line for line in error.lines() if line not in lines]
    return told


def _replaceable(path: str, words: Sequence[str]) -> bool:
    """Whether a file may be replaced: there is none, it is empty, or it is XML."""
    from losscli.storage.uris import is_remote, local_path

    if is_remote(path):
        return not any(word.startswith(path) for word in words)  # an input would be named by its own word
    local = local_path(path)
    if not os.path.isfile(local):
        return True
    with suppress(OSError), open(local, "rb") as file:
        start = file.read(_START)
        return not start or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\x1f\x8b"))
    return True  # writing will say what is wrong with it


def _targets(words: Sequence[str]) -> list[OutputTarget]:
    """Where the report was to go, as far as it can be understood."""
    found = []
    for text in _values(words, "o", "--output"):
        with suppress(LosscliError):
            found.append(parse_output(text))
    return found


def _values(words: Sequence[str], short: str, name: str) -> list[str]:
    """The values that an option was given, in every way in which options are typed: `-o X`, `-oX`, `-qo X`,
    `--output X`, `--output=X`."""
    found = []
    cluster = re.compile(rf"-[qv]*{short}(.*)", re.DOTALL) if short else None
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        start, equals, value = word.partition("=")
        match = cluster.fullmatch(word) if cluster is not None and not word.startswith("--") else None
        if match is not None:
            found.append(match[1] or next(rest, ""))
        elif start == name:
            found.append(value if equals else next(rest, ""))
    return found
