"""What a cell of text is: a number, a missing value, a word for a value that is not finite, or a name."""

from __future__ import annotations

import re
from typing import Final

BLANKS: Final = " \t"
"""The blanks that may surround a number or a word."""

NUMBER_PATTERN: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""The number grammar, without the blanks around it; the same for Python's `re` and for RE2."""

MISSING_WORDS: Final = frozenset({"", "na", "n/a", "nan", "null"})
"""The spellings of a missing cell, in lower case."""

BLANK_LINE: Final = "blank line"
"""What is wrong with a line without a cell."""

EXACT_LIMIT: Final = 2**53
"""Up to here every integer is a double."""

_OTHER_MISSING: Final = frozenset(
    {"none", "<na>", "#n/a", "nil", "nat", "missing", "undefined", "?", "-", "."}
)
"""Words for a missing cell elsewhere, which are none here."""

_NUMBER = re.compile(rf"[ \t]*{NUMBER_PATTERN}[ \t]*")
_INTEGER = re.compile(r"[ \t]*[+-]?[0-9]+[ \t]*")
_NONFINITE = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[,_ '\u00a0\u202f][0-9]{3})+(?:\.[0-9]*)?")
_UNDERSCORES = re.compile(r"[+-]?[0-9][0-9_]*_[0-9_.]*")
_PERCENT = re.compile(rf"{NUMBER_PATTERN}[ \t]*%")
_HEXADECIMAL = re.compile(r"[+-]?0[xX][0-9a-fA-F.]+(?:[pP][+-]?[0-9]+)?")


def is_number(text: str) -> bool:
    """Whether a cell is a number: sign, ASCII digits with at most one dot, exponent; blanks around it are
    allowed."""
    return _NUMBER.fullmatch(text) is not None


def is_integer(text: str) -> bool:
    """Whether a cell is a number written with digits alone."""
    return _INTEGER.fullmatch(text) is not None


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value: empty, blank, NA, N/A, null or nan in any case of
    letters."""
    return text.strip(BLANKS).lower() in MISSING_WORDS


def is_nonfinite_word(text: str) -> bool:
    """Whether a cell is a word for a value that is not finite: nan, inf or infinity, with or without a
    sign."""
    return _NONFINITE.fullmatch(text.strip(BLANKS)) is not None


def is_name(text: str) -> bool:
    """Whether a cell can only be the name of a column (or a class): no number, no missing or non-finite word,
    and it starts with no digit, sign or dot."""
    bare = text.strip(BLANKS)
    if not bare or bare[0] in "+-." or bare[0].isdigit():
        return False
    return not is_missing(bare) and not is_nonfinite_word(bare)


def is_exact(text: str) -> bool:
    """Whether a double holds the number of this cell exactly as it is written; only digits alone can fail
    this."""
    if not is_integer(text):
        return True
    digits = text.strip(BLANKS)
    if len(digits) > 400:
        return digits.lstrip("+-").strip("0") == ""
    value = int(digits)
    return abs(value) <= EXACT_LIMIT or (abs(value) < 2**1024 and int(_nearest(value)) == value)


def _nearest(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return 0.0


def reason(text: str) -> str:
    """What is wrong with a cell that stands where a number must stand."""
    if text == "":
        return "empty cell"
    if is_missing(text):
        return "missing cell"
    if is_nonfinite_word(text):
        return "not a finite number"
    if is_number(text):
        return "not a finite number" if is_exact(text) else "an integer that a double cannot hold exactly"
    return "not a number"


def hint(text: str, why: str = "") -> str | None:
    """What to type instead of a bad cell, if its text or the reason `why` it is bad tells."""
    if why == BLANK_LINE:
        return "a blank line is no row: remove it (`--missing skip` drops it where the file has one column)"
    bare = text.strip(BLANKS)
    if is_missing(bare):
        return "`--missing skip` drops the rows with a missing cell and counts them"
    if is_nonfinite_word(bare):
        return (
            "a loss needs finite numbers; remove these rows, or leave the cell empty and use `--missing skip`"
        )
    if is_number(bare):
        if is_exact(bare):
            return "the largest double is about 1.8e308; give the logarithm (the logit) instead"
        return "doubles hold every integer up to 9007199254740992; keys belong to `--id`, which compares text"
    return _spelling(bare)


def _spelling(bare: str) -> str | None:
    if bare.lower() in _OTHER_MISSING:
        return "a missing value? Write NA, or leave the cell empty, and use `--missing skip`"
    if bare.lower() in ("true", "false"):
        return "write 1 for true and 0 for false"
    if _PERCENT.fullmatch(bare):
        return "write the fraction instead of the percentage: 0.12 for 12%"
    if _HEXADECIMAL.fullmatch(bare):
        return "write the number in decimal digits"
    if _THOUSANDS.fullmatch(bare) or _UNDERSCORES.fullmatch(bare):
        return "write the number without separators between the thousands (a decimal comma as a dot)"
    if _DECIMAL_COMMA.fullmatch(bare):
        return "write the decimal comma as a dot: 0.5 for 0,5"
    if not bare.isascii() and is_number(_ascii_digits(bare)):
        return "write the number with the ASCII characters 0-9, dot and minus"
    return None


def _ascii_digits(text: str) -> str:
    """The text with the digits and signs of other scripts written in ASCII; only for hints."""
    marks = {"\u2212": "-", "\uff0d": "-", "\uff0b": "+", "\uff0e": ".", "\u066b": "."}
    return "".join(str(int(sign)) if sign.isdecimal() else marks.get(sign, sign) for sign in text)
