"""Text that came from a file or an argument, made safe to print.

A terminal obeys control and escape characters, a reader is misled by bidirectional and invisible ones. Each
is shown as a visible escape instead. Machine formats of text keep everything else: a cell that a spreadsheet
would take for a formula (`=1+1`) is not altered, because it would no longer be the id it was.
"""

from __future__ import annotations

import re
from typing import Final

_RANGES: Final = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Controls, formats, line separators, surrogates, and letters that have no shape; first and last of each
range."""

_UNSAFE: Final = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES) + "]")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

ARROW_UNSAFE: Final = (
    "["
    + "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in _RANGES if not 0xD800 <= first <= 0xDFFF)
    + "]"
)
"""The same characters as a pattern of Arrow's regular expressions, whose text cannot hold a surrogate."""


def harmless(text: str) -> str:
    r"""The text with every character that a terminal obeys, or that nobody sees, as a visible escape.

    >>> harmless("a\x1b[31mb\u202ec\n")
    'a\\x1b[31mb\\u202ec\\n'
    """
    return text if text.isalnum() and text.isascii() else _UNSAFE.sub(_visible, text)


def _visible(found: re.Match[str]) -> str:
    character = found.group()
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def json_text(text: str) -> str:
    r"""The text as a JSON string that reads back the same, and that is harmless to print.

    >>> json_text("a\u202eb")
    '"a\\u202eb"'
    """
    import json

    return json_escaped(json.encoder.encode_basestring(text))


def json_escaped(document: str) -> str:
    """JSON on one line with every unsafe character, which only its strings can hold, as JSON's own escape."""
    return document if document.isascii() and "\x7f" not in document else _UNSAFE.sub(_json_escape, document)


def _json_escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
