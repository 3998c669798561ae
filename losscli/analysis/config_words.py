"""What the library says of options, in the words of losscli.toml, and with the place in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from losscli.analysis.config_keys import CHECK
from losscli.errors import LosscliError, Place, SeveralErrors, UsageError

_VALUES: Final = "|".join(
    (
        "weight",
        "by",
        "group",
        "id",
        "unpaired",
        "missing",
        "labels",
        "multioutput",
        "as",
        "delimiter",
        "input-format",
        "engine",
        "scheduler",
        "baseline",
        "golden",
        "on-unclear",
    )
)
_KINDS: Final = "max-increase|max-decrease|max|min|equals"
_TERM: Final = re.compile(rf"--({_KINDS}) ([^\s=]\S*)=([^\s=:;,]+)")
_LIMIT: Final = re.compile(rf"--({_KINDS}|rtol|atol|jobs|confidence) ([-+.\d][^\s:;,]*|inf|nan)")
_TEXT: Final = re.compile(rf"--({_VALUES}) ([^\s;]*[^\s;:.,])")
_FLAG: Final = re.compile(r"--no-header\b")
_OTHER: Final = re.compile(r"--([a-z][a-z-]*)")


def in_toml(text: str) -> str:
    """A sentence in which options stand as keys.

    >>> in_toml("--max bce=0.3: there are no segments"), in_toml("--by COLUMN makes them")
    ('max = {"bce" = 0.3}: there are no segments', 'by = "COLUMN" makes them')
    """
    text = _TERM.sub(lambda match: _entry(*match.groups()), text)
    text = _LIMIT.sub(lambda match: f"{_key(match[1])} = {_number(match[2])}", text)
    text = _TEXT.sub(lambda match: f'{_key(match[1])} = "{match[2]}"', text)
    text = _FLAG.sub("header = false", text)
    return _OTHER.sub(lambda match: _key(match[1]) if _key(match[1]) in CHECK else match[0], text)


def _entry(option: str, term: str, limit: str) -> str:
    return f'{_key(option)} = {{"{term}" = {_number(limit)}}}'


def _number(text: str) -> str:
    """A limit as TOML has it: a percentage is a text."""
    return f'"{text}"' if text.endswith("%") else text


def _key(option: str) -> str:
    return option.replace("-", "_")


def told(
    error: LosscliError, place: Place, places: Mapping[tuple[str, ...], Place] | None = None
) -> LosscliError:
    """The error as a reader of the file needs it: a wrong call has the place of the key that it is about, if
    it has none of its own, else `place`. Other errors are as they are."""
    if isinstance(error, SeveralErrors):
        return SeveralErrors([told(one, place, places) for one in error.errors])
    if not isinstance(error, UsageError):
        return error
    known = places or {}
    if error.place is None:
        error.place = _about(error.message, known) or place
    error.message = in_toml(_terms_in_toml(error.message, known))
    error.hint = in_toml(error.hint) if error.hint else None
    return error


def _about(message: str, places: Mapping[tuple[str, ...], Place]) -> Place | None:
    """The place of the first option that a message names: of the term, if it names one."""
    term = next((path for path in _terms(places) if _said(*path).search(message)), None)
    if term is not None:
        return places[term]
    match = _OTHER.search(message)
    return None if match is None else places.get((_key(match[1]),))


def _terms_in_toml(text: str, places: Mapping[tuple[str, ...], Place]) -> str:
    """The text with the terms that stand in the file written as there."""
    for key, term in _terms(places):
        bare = f'{key}."{term}"'
        text = _said(key, term).sub(
            lambda match, key=key, term=term, bare=bare: (  # type: ignore[misc]
                _entry(key, term, match[1]) if match[1] else bare
            ),
            text,
        )
    return text


def _terms(places: Mapping[tuple[str, ...], Place]) -> list[tuple[str, str]]:
    """The entries of tables, the longest first, of which another may be the start."""
    found = [(path[0], path[1]) for path in places if len(path) == 2]
    return sorted(found, key=lambda path: -len(path[1]))


def _said(key: str, term: str) -> re.Pattern[str]:
    """An option with this term as messages say it, with its number or without."""
    return re.compile(rf"--{key.replace('_', '-')} {re.escape(term)}(?:=([^\s:;,]+)|(?=[:\s]|$))")
