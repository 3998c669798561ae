"""README.md's generated parts and its examples.

`python -m tests.readme` rewrites them from the registry and from real runs; a test fails when they lag.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losscli.registry import Loss

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
_LOSSES = re.compile(r"(<!-- losses -->\n).*?(<!-- end of losses -->)", re.DOTALL)
_COUNT = re.compile(r"\b\d+(?= losses\b)")
_EXAMPLE = re.compile(r"(```text\n)((?:\$ .*\n(?:(?!```).*\n)*)+)(```)")


def run(command: str) -> str:
    """What a terminal of 80 columns shows for a command line that starts with losscli, both streams."""
    environment = {
        **os.environ,
        "LOSSCLI_FORMAT": "table",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    environment.pop("PYTHONWARNINGS", None)
    script = command.replace("losscli ", f"{shlex.quote(sys.executable)} -m losscli ", 1)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def losses_table() -> str:
    """The table of all losses, from the registry."""
    lines = ["| family | losses |", "|---|---|"]
    by_family: dict[str, list[str]] = {}
    for record in _records():
        by_family.setdefault(record.family, []).append(f"`{record.name}` {record.title}")
    lines += [f"| {family} | {'; '.join(entries)} |" for family, entries in sorted(by_family.items())]
    return "\n".join(lines) + "\n"


def counts(text: str) -> list[str]:
    """Every number of losses that the README's prose names."""
    return _COUNT.findall(_EXAMPLE.sub("", text))


def counted() -> str:
    """How many losses there are, from the registry."""
    return str(len(_records()))


def _records() -> list[Loss]:
    import losscli.losses  # noqa: F401
    from losscli.registry import all_losses

    return list(all_losses())


def examples(text: str) -> list[tuple[str, str]]:
    """Every `$ command` of the README's text blocks with the output that stands below it."""
    found = []
    for match in _EXAMPLE.finditer(text):
        for part in re.split(r"^(?=\$ )", match[2], flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command.removeprefix("$ "), output))
    return found


def renewed(text: str) -> str:
    """The README with its table and its examples as they are now."""
    text = _LOSSES.sub(lambda match: match[1] + losses_table() + match[2], text)
    text = _COUNT.sub(counted(), text)

    def again(match: re.Match[str]) -> str:
        parts = re.split(r"^(?=\$ )", match[2], flags=re.MULTILINE)[1:]
        commands = [part.partition("\n")[0].removeprefix("$ ") for part in parts]
        return (
            match[1]
            + "\n".join(f"$ {command}\n{run(command)}".rstrip("\n") + "\n" for command in commands)
            + match[3]
        )

    return _EXAMPLE.sub(again, text)


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
