"""`losscli check --config`: which options go with a file of checks, and where its report goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from losscli.cli import options as flag
from losscli.cli.evaluating import shown_progress
from losscli.cli.options import Evaluated
from losscli.cli.reading import begin_reading, plan_outputs
from losscli.errors import UsageError

BESIDE = frozenset(
    ["config", "format", "output", "precision", "color", "quiet", "verbose", "debug", "jobs", "update"]
)
"""The options that go with a file of checks. Every other one says what is checked, which the file does."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Configured(Evaluated):
    """A command whose losses and sources may stand in a file instead. `typed` are the names of the options
    that were given."""

    losses: flag.LossesIfAny = None  # type: ignore[assignment]
    sources: flag.SourcesIfAny = ()  # type: ignore[assignment]
    config: flag.Config = None


def is_configured(options: Any, typed: frozenset[str]) -> bool:
    """Whether a file says what is checked. Raises UsageError for losses without sources, and for options that
    go with neither or both."""
    others = sorted(typed - BESIDE, key=_rank)
    if options.config is None and options.losses is not None:
        if options.sources:
            return False
        if options.losses.lower().endswith(".toml"):
            raise UsageError(
                f"{options.losses!r} stands where the loss does",
                hint=f"losscli check --config {options.losses}",
            )
        raise UsageError("the files to score are missing", hint=_example(options.losses))
    if not others:
        return True
    if options.config is None:
        raise UsageError(
            "a loss and its files are missing", hint="for example: losscli check bce y.csv p.csv --max 0.35"
        )
    said = _said(others[0])
    raise UsageError(
        f"{said} and --config: the file says what is checked, so one of the two",
        hint=f"write it in a [[check]] of {options.config}, or leave out --config",
    )


def _rank(name: str) -> tuple[bool, str]:
    return name not in ("losses", "sources"), name


def _said(name: str) -> str:
    named = {"losses": "losses", "sources": "sources"}
    return named.get(name, f"--{name.rstrip('_').replace('_', '-')}")


def _example(losses: str) -> str:
    return f"for example: losscli check {losses} y.csv p.csv --max 0.35"


def run_configured(options: Any) -> int:
    """Run every check of a file and print the report; its exit code."""
    from losscli.analysis.config import read_config

    config = read_config(options.config)
    shown = replace(options, **_defaults(options, config.defaults, os.environ))
    writes = config.earlier if options.update else []
    publication = plan_outputs(shown, config.files + ([] if options.update else config.earlier), writes)
    from losscli import api
    from losscli.engine.request import Listeners

    begin_reading()
    with ExitStack() as stack:
        listeners = Listeners(progress=shown_progress(shown, stack))
        report = api.check_config(config, jobs=options.jobs, update=options.update, listeners=listeners)
    publication.publish(report)
    if report.errors:
        from losscli.cli.streams import tell

        if options.debug:
            _show_traces(report.errors)
        tell(report.error_lines())
    publication.warn(report)
    publication.tell(report.update_lines())
    return report.exit_code


def _defaults(options: Any, said: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """What the file says of how the report looks, where neither a flag nor the environment does."""
    found = {}
    if options.format is None and not environment.get("LOSSCLI_FORMAT") and "format" in said:
        found["format"] = said["format"]
    if options.precision is None and "precision" in said:
        found["precision"] = said["precision"]
    decided = any(environment.get(name) for name in ("NO_COLOR", "FORCE_COLOR"))
    if "color" not in options.typed and not decided and "color" in said:
        found["color"] = said["color"]
    return found


def _show_traces(errors: Any) -> None:
    """Where the bugs among the errors come from."""
    import traceback

    from losscli.cli.streams import tell

    for entry in errors:
        tell("".join(traceback.format_exception(entry.error)).splitlines())
