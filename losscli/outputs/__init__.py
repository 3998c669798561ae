"""How a report is written: one file per format, and the careful ways to a file and to standard output.

A format is a module named `as_NAME` with a record `FORMAT`; nothing else is edited to add one. Only `table`
knows rich.
"""

from __future__ import annotations

from losscli.outputs.formats import (
    OutputFormat,
    OutputTarget,
    choose_format,
    find_format,
    formats,
    parse_output,
)
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View, find_view, is_terminal

__all__ = [
    "OutputFormat",
    "OutputTarget",
    "View",
    "choose_format",
    "find_format",
    "find_view",
    "formats",
    "harmless",
    "is_terminal",
    "parse_output",
]
