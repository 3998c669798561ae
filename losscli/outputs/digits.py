"""Numbers as text: a few significant digits for people, the shortest that read back the same for machines."""

from __future__ import annotations

import math
from typing import Final

from losscli.report.tables import Amount, Between, Cell, Kind, Note, Sharp

_LARGE: Final = 1e7
"""From here on people read an exponent more easily than a row of digits."""
_SMALL: Final = 1e-4

_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def machine(cell: Cell) -> str:
    """A cell for machines: a float in the shortest digits that read back as the same double, nothing for
    None."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return float.__repr__(cell)
    return str(cell)


def people(cell: Cell, kind: Kind, precision: int) -> str:
    """A cell for people, as its column's kind asks; text comes back as it is and is made harmless
    elsewhere."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Between):
        return f"{people(cell.low, kind, precision)} to {people(cell.high, kind, precision)}"
    if kind is Kind.SHARE:
        return percent(cell, precision)
    if kind is Kind.COUNT:
        return f"{cell:,}" if isinstance(cell, int) else rounded(cell, precision)
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, Sharp):
        digits = max(precision, cell.digits)
        return signed(cell, digits) if cell.signed else rounded(cell, digits)
    if kind is Kind.CHANGE:
        return signed(cell, precision)
    return as_written(cell, precision) if kind is Kind.INPUT else rounded(cell, precision)


def signed(value: float, precision: int) -> str:
    """As `rounded`, with a plus sign before what is above 0.

    >>> [signed(number, 3) for number in (0.0086812, -0.5, 0.0)]
    ['+0.00868', '-0.500', '0']
    """
    return ("+" if value > 0 else "") + rounded(value, precision)


def rounded(value: float, precision: int) -> str:
    """`precision` significant digits, trailing zeros kept; the whole part is never rounded below ten million.

    A value that is not zero never prints as zero.

    >>> [rounded(number, 4) for number in (0.24692, 2.4, 12345.6, 1.2341e-9, 0.0)]
    ['0.2469', '2.400', '12346', '1.234e-09', '0']
    """
    if not math.isfinite(value):
        return float.__repr__(float(value))
    if value == 0:
        return "0"
    size = abs(value)
    if not _SMALL <= size < max(_LARGE, 10.0**precision):
        return f"{value:.{precision - 1}e}"
    text = f"{value:#.{precision}g}"
    return f"{value:.0f}" if "e" in text else text.removesuffix(".")


def as_written(value: float, precision: int) -> str:
    """At most `precision` significant digits; trailing zeros go only where nothing was rounded away, so that
    0.99999 does not look like 1.

    >>> [as_written(number, 4) for number in (0.8, 1.0, 0.99999, 0.352174)]
    ['0.8', '1', '1.000', '0.3522']
    """
    text = rounded(value, precision)
    if not math.isfinite(value) or float(text) != value:
        return text
    mantissa, mark, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").removesuffix(".")
    return mantissa + mark + exponent


def percent(share: float, precision: int) -> str:
    """A fraction as a percentage with one decimal.

    >>> [percent(share, 4) for share in (0.0903, 1.0, 0.00001, 0.0)]
    ['9.0 %', '100.0 %', '<0.1 %', '0.0 %']
    """
    if not math.isfinite(share):
        return float.__repr__(float(share))
    if abs(share) >= 100:
        return f"{rounded(100 * share, precision)} %"
    text = f"{100 * share:.1f}"
    if share != 0 and float(text) == 0:
        return "<0.1 %" if share > 0 else ">-0.1 %"
    return f"{text} %"


def bar(fraction: Cell, width: int, blocks: bool) -> str:
    """A bar of at most `width` cells, in eighths of a cell where block characters can be shown.

    >>> bar(0.4367, 20, True), bar(0.4367, 20, False)
    ('████████▊', '#########')
    """
    if not isinstance(fraction, (int, float)) or not fraction > 0:
        return ""
    fraction = min(float(fraction), 1.0)
    if not blocks:
        return "#" * max(1, round(fraction * width))
    whole, rest = divmod(max(1, round(fraction * width * 8)), 8)
    return "█" * whole + _EIGHTHS[rest]


def phrases(note: Note, precision: int) -> list[str]:
    """A note as the phrases that may stand on lines of their own, its numbers printed like those of a
    table."""
    if isinstance(note, str):
        return [note]
    found = [""]
    for part in note:
        if isinstance(part, Amount):
            found[-1] += people(part.value, part.kind, precision)
        elif isinstance(part, str):
            found[-1] += part
        else:
            found.append("")
    return [phrase for phrase in found if phrase]
