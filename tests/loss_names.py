"""The table of names that completion reads, from the registry.

`python -m tests.loss_names` rewrites it; a test fails when it lags.
"""

from __future__ import annotations

from pathlib import Path

import losscli.losses  # registers them
from losscli.analysis.topics import TOPICS
from losscli.errors import UnknownLoss
from losscli.registry import Loss, all_losses
from losscli.registry.lookup import candidates

ROOT = Path(__file__).parent.parent
PATH = ROOT / "losscli" / "cli" / "loss_names.py"
WIDTH = 108
HEAD = '''"""Names of losses, their parameters and frameworks, as completion reads them in no time.

Written by `python -m tests.loss_names`; a test fails when it lags behind the registry.
"""

# ruff: noqa: E501  one loss is one line

from __future__ import annotations

from typing import Final

LOSSES: Final = """
{losses}
"""
"""A loss a line: its name and aliases; its parameters, with their choices where these are words; whose
convention it may follow."""

FAMILIES: Final = "{families}"
"""The families of losses."""

TOPICS: Final = """
{topics}
"""
"""The topics of `explain`."""

FOREIGN: Final = """
{foreign}
"""
"""A framework a paragraph: the names that its functions have there, each of which means one loss."""
'''


def text() -> str:
    """The module as it should be."""
    assert losscli.losses is not None
    records = sorted(all_losses(), key=lambda loss: loss.name)
    families = " ".join(sorted({loss.family for loss in records}))
    lines = "\n".join(map(_line, records))
    topics = "\n".join(topic.name for topic in TOPICS)
    foreign = "\n".join(_foreign(records))
    return HEAD.format(losses=lines, foreign=foreign, families=families, topics=topics)


def _line(loss: Loss) -> str:
    params = [one.name + ("=" + "|".join(one.choices) if one.choices else "") for one in loss.params]
    words: dict[str, None] = {}
    for one in loss.conventions:
        first = one.framework not in words
        words[one.framework if first else f"{one.framework}.{one.name}"] = None
    return " ; ".join([" ".join([loss.name, *loss.aliases]), " ".join(params), " ".join(words)]).rstrip()


def _foreign(records: list[Loss]) -> list[str]:
    names: dict[str, dict[str, None]] = {}
    for loss in records:
        for one in loss.conventions:
            for name in one.all_names:
                if _means_one(f"{one.framework}.{name}"):
                    names.setdefault(one.framework, {})[name] = None
    return [line for framework in sorted(names) for line in _wrapped(framework, sorted(names[framework]))]


def _means_one(name: str) -> bool:
    try:
        return bool(candidates(name)) and not any(sign in name for sign in " ,:=")
    except UnknownLoss:
        return False


def _wrapped(framework: str, names: list[str]) -> list[str]:
    lines, line = [], f"{framework}:"
    for name in names:
        if len(line) + len(name) + 1 > WIDTH:
            lines.append(line)
            line = f"{framework}:"
        line += f" {name}"
    return [*lines, line]


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
