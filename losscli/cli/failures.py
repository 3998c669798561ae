"""What a check without a verdict leaves for those who read no exit code: annotations on standard error, and a
JUnit file that says so.

The call may be too wrong to be parsed, so the words themselves are looked through."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from losscli.errors import CellError, LosscliError, Place, SeveralErrors
from losscli.outputs import OutputTarget, parse_output

_START: Final = 256
"""So many first bytes of a file tell whether it is XML."""


def error_annotations(problem: BaseException, lines: Sequence[str], words: Sequence[str]) -> list[str]:
    """The error as annotations, those of bad cells on their lines; none where no GitHub format is asked
    for."""
    named = _values(words, "f", "--format") or [os.environ.get("LOSSCLI_FORMAT", "")]
    asked = [named[-1].strip().lower(), *(target.format.name for target in _targets(words))]
    if "github" not in asked:
        return []
    from losscli.outputs.workflow import ERROR, annotation

    if isinstance(problem, LosscliError):
        return [line for one in _each(problem) for line in _located(one, words)]
    return [annotation(ERROR, "\n".join(lines), title="losscli")]


def _each(problem: LosscliError) -> Sequence[LosscliError]:
    return problem.errors if isinstance(problem, SeveralErrors) else (problem,)


def _located(problem: LosscliError, words: Sequence[str]) -> Iterator[str]:
    """The annotations of one error. In delimited text the column counts fields, so it is told in words."""
    from losscli.outputs.workflow import ERROR, annotation, file_in_repository

    found: list[tuple[str, Place | None]] = [(problem.message, problem.place)]
    if isinstance(problem, CellError):
        found = [(cell.words, cell.place) for cell in problem.cells]
    title = f"losscli {problem.code}: no verdict"
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    for number, (message, place) in enumerate(found):
        hinted = message if number else message + hint
        if place is None:
            yield annotation(ERROR, hinted, title=title)
            continue
        file = file_in_repository(place.file, os.environ)
        form = _format_of(place.file, words)
        line = place.line if file is not None and form in _LINED else None
        column = place.column if line is not None and form in _CHARACTERS else None
        yield annotation(ERROR, f"{place}: {hinted}", file=file, line=line, col=column, title=title)


_CHARACTERS: Final = frozenset({"json", "ndjson"})
"""The formats in which the column of a place is a character of the line."""
_LINED: Final = frozenset({"csv", "tsv", *_CHARACTERS})
"""The formats whose places are lines; those of the others are rows."""


def _format_of(path: str, words: Sequence[str]) -> str:
    from losscli.sources.formats import declared

    option = _values(words, "", "--input-format")
    with suppress(LosscliError):
        return declared(path, option[-1] if option else None).format or "csv"
    return ""


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
