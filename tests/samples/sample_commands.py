"""Runs the commands of sample_data/expected.json and compares what they print with what is expected.

    python tests/samples/sample_commands.py LAUNCH...       for example: losscli   or   python -m losscli

Needs the standard library only, so that it can judge an installed wheel. The commands run in an empty folder.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
RELATIVE = 1e-12
SECONDS = 120
Entry = dict[str, Any]


def expected() -> list[Entry]:
    """The list of expected.json; a token that strict JSON does not know is an error."""
    return json.loads((SAMPLES / "expected.json").read_text(encoding="ascii"), parse_constant=refuse)


def refuse(token: str) -> float:
    """NaN and Infinity are no JSON."""
    raise ValueError(f"{token} is not JSON")


def commands() -> dict[tuple[str, ...], list[Entry]]:
    """The entries of each command, in the order of its losses."""
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in expected():
        found.setdefault(tuple(entry["arguments"]), []).append(entry)
    return found


def differences(
    launch: Sequence[str], arguments: Sequence[str], entries: Sequence[Entry], folder: str
) -> list[str]:
    """What is wrong with one command's answer, as sentences; none when all is well."""
    words = [*launch, *(located(argument) for argument in arguments), "--format", "json"]
    run = subprocess.run(
        words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
    )
    if run.returncode != 0:
        return [f"{' '.join(arguments)}: exit {run.returncode}: {run.stderr.strip()}"]
    try:
        results = json.loads(run.stdout, parse_constant=refuse)["results"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{' '.join(arguments)}: no report in strict JSON: {error!r}: {run.stdout[:200]!r}"]
    if len(results) != len(entries):
        return [f"{' '.join(arguments)}: {len(results)} results instead of {len(entries)}"]
    pairs = zip(results, entries, strict=True)
    return [f"{' '.join(arguments)}: {sentence}" for pair in pairs if (sentence := difference(*pair))]


def difference(result: Entry, entry: Entry) -> str | None:
    """What is wrong with one result."""
    if result["loss"] != entry["loss"]:
        return f"the loss is {result['loss']} instead of {entry['loss']}"
    if entry["reduction"] is not None and result["reduction"] != entry["reduction"]:
        return f"the reduction is {result['reduction']} instead of {entry['reduction']}"
    value = result["value"]
    if value is None or not math.isclose(value, entry["value"], rel_tol=RELATIVE):
        return f"{entry['loss']} is {value!r} instead of {entry['value']!r}"
    return None


def located(argument: str) -> str:
    """The argument with its sample file's full path, perhaps behind a role: train=sample_data/..."""
    role, equals, source = argument.rpartition("=")
    prefix = f"{SAMPLES.name}/"
    if not source.startswith(prefix):
        return argument
    return f"{role}{equals}{SAMPLES}/{source.removeprefix(prefix)}"


def main(launch: Sequence[str]) -> int:
    """Runs every command; prints what differs and how much was compared."""
    if not launch:
        print(__doc__, file=sys.stderr)
        return 2
    known = commands()
    with tempfile.TemporaryDirectory() as folder:
        found = [
            line for words, entries in known.items() for line in differences(launch, words, entries, folder)
        ]
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(known)} commands, {sum(map(len, known.values()))} values, {len(found)} differ")
    return 1 if found or not known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
