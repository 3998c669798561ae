"""`check` against an earlier run: its baseline, its golden file, and how they are written anew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from losscli.analysis.baseline_limits import ChangeLimit, check_rows, parse_changes
from losscli.engine.request import Listeners, Request
from losscli.errors import LosscliError, UsageError
from losscli.records import NamedTuple
from losscli.report.compute import ComputeReport
from losscli.report.verdict import CheckReport

if TYPE_CHECKING:
    from losscli.analysis.asking import Asked
    from losscli.outputs.samples import SampleWriter

ON_UNCLEAR: Final = ("estimate", "pass", "fail")
LEVEL: Final = 0.95
"""The level of the interval that decides, unless --confidence says otherwise."""

Evaluate: TypeAlias = Callable[[Request, "Listeners | None"], ComputeReport]
"""What computes a request, telling who listens."""


class AgainstEarlier(NamedTuple):
    """What a check asks of an earlier run: the files and the limits; with `update` the files are written
    instead."""

    baseline: str | None
    golden: str | None
    limits: tuple[ChangeLimit, ...]
    on_unclear: str
    update: bool
    level: float = LEVEL

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, each once."""
        return tuple(dict.fromkeys(path for path in (self.baseline, self.golden) if path is not None))


def parse_earlier(
    given: Mapping[str, Any], terms: Mapping[str, Sequence[str]], request: Request
) -> AgainstEarlier | None:
    """What the options ask of an earlier run, None where they do not; `terms` are those of the limits.

    Raises UsageError for options that do not go together, and what `parse_changes` raises.
    """
    on_unclear = given.get("on_unclear") or ON_UNCLEAR[0]
    if on_unclear not in ON_UNCLEAR:
        raise UsageError(f"--on-unclear {on_unclear}: not one of {', '.join(ON_UNCLEAR)}")
    baseline, golden = (_path(name, given.get(name)) for name in ("baseline", "golden"))
    update = bool(given.get("update"))
    limits = parse_changes(terms, request.losses, segmented=request.by is not None)
    if limits and baseline is None:
        raise UsageError(
            f"--{limits[0].kind} {limits[0].text}: against what?",
            hint="--baseline FILE, which losscli compute ... --per-sample FILE wrote",
        )
    level = _level(request.confidence, limits)
    if baseline is not None and not limits and not update:
        raise UsageError(
            f"--baseline {baseline} requires nothing by itself",
            hint="add --max-increase 0.01 or --max-increase 1% (--max-decrease where higher is better)",
        )
    if baseline is None and golden is None:
        if update:
            raise UsageError("--update writes a baseline or golden file", hint="name it: --baseline FILE")
        return None
    if golden is not None or update:
        for bound in request.losses:
            check_rows(f"--golden {golden}" if golden is not None else f"--baseline {baseline}", bound)
    return AgainstEarlier(baseline, golden, limits, on_unclear, update, level)


def _level(given: float | None, limits: Sequence[ChangeLimit]) -> float:
    if given is None:
        return LEVEL
    from losscli.statistics.intervals import check_level

    if not limits:
        raise UsageError(
            "--confidence is the level of the interval that decides about a baseline, and there is none",
            hint="leave it out, or add --baseline FILE --max-increase 1%",
        )
    return check_level(given)


def _path(name: str, value: Any) -> str | None:
    if value is None or (isinstance(value, (str, os.PathLike)) and str(value)):
        return None if value is None else os.fspath(value)
    raise UsageError(f"--{name} {value!r}: not the path of a file")


def check_against(asked: Asked, evaluate: Evaluate, listeners: Listeners | None) -> CheckReport:
    """The verdict on everything that a check asks, its earlier run included; or its files written anew.

    Raises StateError where the earlier run is of another loss, FormatError, RowsError, PairingError (3),
    ReadError, WriteError (4)."""
    assert asked.earlier is not None
    if asked.earlier.update:
        return _updated(asked, asked.earlier, evaluate, listeners or Listeners())
    return _compared(asked, asked.earlier, evaluate, listeners or Listeners())


def _compared(asked: Asked, earlier: AgainstEarlier, evaluate: Evaluate, listeners: Listeners) -> CheckReport:
    from losscli.analysis.baseline_files import open_samples
    from losscli.analysis.baseline_pairing import BaselinePairing, Compared
    from losscli.analysis.baseline_takers import ChangeTaker, GoldenTaker
    from losscli.analysis.gate import judge, known_segments

    takers: list[ChangeTaker | GoldenTaker] = []
    if earlier.baseline is not None:
        takers.append(ChangeTaker(earlier, asked.request.losses))
    if earlier.golden is not None:
        takers.append(GoldenTaker(earlier.golden, asked.tolerance))
    with ExitStack() as stack:
        compared = []
        for taker in takers:
            file = open_samples(taker.path, asked.request.block_bytes)
            stack.callback(file.source.close)
            compared.append(Compared(file, taker))
        pairing = BaselinePairing(compared, asked.request.unpaired)
        request = asked.request._replace(confidence=None)  # the interval is that of the change
        computed = evaluate(request, listeners._replace(follower=pairing))
    report = judge(computed, asked.requirements, asked.tolerance)
    known_segments(computed, earlier.limits)
    pairing.finish()
    for one, taker, unpaired in zip(compared, takers, pairing.unpaired, strict=True):
        for at in taker.compared:
            one.file.check_signature(taker.labels[at], computed.results[at])
        verdicts = taker.verdicts(computed, pairing.left_out + unpaired)
        report = report._replace(
            judged=(*report.judged, *verdicts), warnings=(*report.warnings, *taker.findings)
        )
    return report


def _updated(asked: Asked, earlier: AgainstEarlier, evaluate: Evaluate, listeners: Listeners) -> CheckReport:
    """The verdict on the other requirements; where these are met, the files are written, else left."""
    from losscli.analysis.gate import judge, known_segments
    from losscli.outputs.files import refuse_overlap

    paths = earlier.paths
    refuse_overlap(paths, list(_inputs(asked.request)))
    with _writers(paths) as writers:
        request = asked.request._replace(confidence=None)
        computed = evaluate(request, listeners._replace(sinks=(*listeners.sinks, *writers)))
        report = judge(computed, asked.requirements, asked.tolerance)
        known_segments(computed, earlier.limits)
        if report.exit_code:
            return report._replace(kept=paths)
        for writer in writers:
            writer.sign([result.signature for result in computed.results])
            writer.commit()
    return report._replace(updated=paths)


@contextmanager
def _writers(paths: Sequence[str]) -> Iterator[list[SampleWriter]]:
    """Who writes the files; what was not committed in the end was never there."""
    from losscli.outputs.samples import samples_to_file

    found: list[SampleWriter] = []
    try:
        for path in paths:
            found.append(samples_to_file(path))  # noqa: PERF401 - those that were opened must be let go of
        yield found
    finally:
        for writer in found:
            writer.discard()


def _inputs(request: Request) -> Iterator[str]:
    """The paths of the files that a run reads; what cannot be read as a source is left to the reading."""
    from losscli.sources.grammar import parse_source

    for source in (*request.sources, request.weight, request.group, request.by):
        if not isinstance(source, (str, os.PathLike)):
            continue
        try:
            path = parse_source(os.fspath(source)).path
        except LosscliError:
            continue
        if path is not None and path != "-":
            yield path
