"""The checks of a file, evaluated and judged. What several checks read alike is read once.

Checks share one evaluation when they ask for the same sources, the same options about reading, pairing,
weights and segments, and losses whose inputs are read alike: the same roles, shapes and kinds of domain (so
that labels are coded for one loss as for the other). Their losses are joined and their reductions united;
each check is judged on its own part of the report, as if it had run alone. Checks with a baseline or a golden
file follow every row and run alone, as do losses whose name means several (log_loss).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from losscli import __version__
from losscli.analysis.asking import Asked, verdict_on
from losscli.analysis.baseline import Evaluate
from losscli.analysis.config import Config, ConfigCheck
from losscli.analysis.config_words import told
from losscli.analysis.gate import judge
from losscli.domains import Domain, Interval, Labels
from losscli.engine.request import Listeners, Progress, Request
from losscli.errors import LosscliError, Place, SourceError, StorageError, UsageError, raise_together
from losscli.outputs.files import refuse_overlap
from losscli.records import NamedTuple
from losscli.registry import BoundLoss
from losscli.report.checks import ChecksReport, Entry, Unscored
from losscli.report.compute import ComputeReport, Result
from losscli.report.verdict import CheckReport
from losscli.sources.grammar import is_stdin, parse_source

Found = TypeVar("Found")


class Library(NamedTuple):
    """What runs a check: `ask` reads losses, sources and options, `evaluate` computes a request."""

    ask: Callable[[str, Sequence[str], Mapping[str, Any]], Asked]
    evaluate: Evaluate


EARLIER: Final = ("baseline", "golden")
"""Options that name a file of an earlier run."""


class _Member(NamedTuple):
    """One check of a group; `at` is its place in the file."""

    at: int
    check: ConfigCheck
    asked: Asked


class _Group:
    """Checks that are evaluated together."""

    def __init__(self, first: _Member) -> None:
        self.members = [first]

    @property
    def request(self) -> Request:
        """The request of all members: every loss once, every reduction once."""
        requests = [member.asked.request for member in self.members]
        losses = {bound.spec: bound for request in requests for bound in request.losses}
        words = dict.fromkeys(word for request in requests for word in request.reductions)
        rows = dict.fromkeys(one for request in requests for one in request.worst_of)
        return requests[0]._replace(
            losses=tuple(losses.values()), reductions=tuple(words), worst_of=tuple(rows)
        )

    def takes(self, other: _Member) -> bool:
        """Whether one evaluation serves another check too, and gives it the numbers that it would have
        alone."""
        mine, theirs = self.members[0].asked.request, other.asked.request
        if _alone(self.members[0]) or _alone(other) or _reading(mine) != _reading(theirs):
            return False
        losses = [*self.request.losses, *theirs.losses]
        words = {*self.request.reductions, *theirs.reductions}
        if words != {"mean"} and any(bound.is_set or bound.loss.total is not None for bound in losses):
            return False  # a number of the whole set goes with no other reduction
        return len({_kind(bound) for bound in losses}) == 1

    @property
    def reads_stdin(self) -> bool:
        """Whether it reads standard input, which comes once."""
        request = self.members[0].asked.request
        texts = [*request.sources, request.weight, request.by, request.group]
        return any(_is_stdin(text) for text in texts if isinstance(text, str))


class Wish(NamedTuple):
    """What is asked for beside the file: `jobs` beats what it says, `update` has baseline and golden files
    written anew."""

    jobs: int | None = None
    update: bool = False


def run_checks(
    config: Config, library: Library, listeners: Listeners | None = None, wish: Wish | None = None
) -> ChecksReport:
    """Evaluate and judge every check.

    Raises what is wrong with the calls that the file makes (2), of all checks together, before a row is read.
    What is wrong with the data of a check is its entry in the report.
    """
    members = _members(config, library, wish or Wish())
    groups: list[_Group] = []
    for member in members:
        group = next((one for one in groups if one.takes(member)), None)
        if group is None:
            groups.append(_Group(member))
        else:
            group.members.append(member)
    _one_stdin(groups)
    entries: dict[int, Entry] = {}
    onward = _Onward(listeners)
    for group in groups:
        entries |= _entries(group, library, onward)
    return ChecksReport(tuple(entries[at] for at in range(len(members))))


def _members(config: Config, library: Library, wish: Wish) -> list[_Member]:
    """Every check as the library understands it. Raises what is wrong with them, together."""
    if wish.update and not any(key in check.options for check in config.checks for key in EARLIER):
        raise UsageError(
            f"--update writes baseline and golden files, and no check of {config.path} has one",
            hint='baseline = "FILE" in a [[check]]',
        )
    if wish.update:
        refuse_overlap(config.earlier, config.files)
    members, faults = [], []
    for at, plain in enumerate(config.checks):
        check = plain._replace(options=_completed(plain.options, config.defaults, wish))
        asked = _tried(lambda check=check: library.ask(check.losses, check.sources, check.options))  # type: ignore[misc]
        if isinstance(asked, LosscliError):
            faults.append(told(asked, check.place, check.places))
        else:
            members.append(_Member(at, check, asked))
    raise_together(faults)
    return members


def _completed(options: Mapping[str, Any], usual: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """The options of a check with those of all checks."""
    found = {**options, "samples": False}
    jobs = options.get("jobs", usual.get("jobs")) if wish.jobs is None else wish.jobs
    found |= {} if jobs is None else {"jobs": jobs}
    return found | ({"update": True} if wish.update and any(key in options for key in EARLIER) else {})


def _one_stdin(groups: Sequence[_Group]) -> None:
    """Refuse a second evaluation of standard input. Raises SourceError."""
    readers = [group for group in groups if group.reads_stdin]
    if len(readers) > 1:
        one, other = (group.members[0].check for group in readers[:2])
        raise SourceError(
            f"standard input can be read once, but the checks {one.name!r} and {other.name!r} read it in "
            "different ways",
            place=other.place,
            hint="save it to a file, or give both checks the same sources and options",
        )


def _entries(group: _Group, library: Library, onward: _Onward) -> dict[int, Entry]:
    """The verdicts of a group. Where its evaluation fails, each check is evaluated alone, so that only those
    fail whose own it is."""
    if len(group.members) == 1:
        return dict([_single(group.members[0], library, onward)])
    computed = _tried(lambda: library.evaluate(group.request, onward.listeners()))
    if isinstance(computed, LosscliError):
        if isinstance(computed, StorageError) or group.reads_stdin:
            return {member.at: _unscored(member, computed) for member in group.members}
        return dict(_single(member, library, onward) for member in group.members)
    return {member.at: _judged(member, _part(computed, member.asked.request)) for member in group.members}


def _single(member: _Member, library: Library, onward: _Onward) -> tuple[int, Entry]:
    found = _tried(lambda: verdict_on(member.asked, library.evaluate, onward.listeners()))
    return member.at, _entry(member, found)


def _judged(member: _Member, computed: ComputeReport) -> Entry:
    asked = member.asked
    return _entry(member, _tried(lambda: judge(computed, asked.requirements, asked.tolerance)))


def _entry(member: _Member, found: CheckReport | LosscliError) -> Entry:
    if isinstance(found, LosscliError):
        return _unscored(member, found)
    return found._replace(name=member.check.name)


def _unscored(member: _Member, error: LosscliError) -> Unscored:
    check = member.check
    return Unscored(check.name, told(error, check.place, check.places), check.place)


def _part(computed: ComputeReport, request: Request) -> ComputeReport:
    """What a request of the group's would have given alone: its losses in their order, and no reduction and
    no row that another check wants."""
    words = (*_ALWAYS, *request.reductions)
    kept = [
        at
        for bound in request.losses
        for at, result in enumerate(computed.results)
        if result.spec == bound.spec
    ]
    worst = {(one.of, one.result): one for one in computed.worst}
    found = [
        worst[of, at]._replace(result=place)
        for of in request.worst_of
        for place, at in enumerate(kept)
        if (of, at) in worst
    ]
    return computed._replace(
        results=tuple(_own_reductions(computed.results[at], words) for at in kept),
        asked=request.reductions,
        worst=tuple(found),
    )


_ALWAYS: Final = ("mean", "sum", "std", "min", "max")
"""The reductions that every report has."""


def _own_reductions(result: Result, words: Sequence[str]) -> Result:
    kept = {name: figure for name, figure in result.reductions.items() if name in words}
    segments = tuple(
        segment._replace(result=_own_reductions(segment.result, words)) for segment in result.segments
    )
    return result._replace(reductions=kept, segments=segments)


def _alone(member: _Member) -> bool:
    several = any(bound.others for bound in member.asked.request.losses)
    return several or member.asked.earlier is not None


def _reading(request: Request) -> Request:
    """The request without what is computed: what must be the same to be read together."""
    return request._replace(losses=(), reductions=(), worst_of=())


def _kind(bound: BoundLoss) -> tuple[object, ...]:
    """How the inputs of a loss are read: losses of one kind share an evaluation. An interval and a set of
    labels only refuse values; other domains also say how labels are coded, or warn."""
    inputs: Iterator[tuple[object, ...]] = (
        (
            entry.role,
            entry.shape,
            entry.forms,
            entry.default is None,
            bool(entry.doubt),
            *_domain(entry.domain_for(bound.params)),
        )
        for entry in bound.inputs
    )
    whole = bound.loss.total is not None
    return (*inputs, bound.focus, bound.loss.downward, bound.loss.gather, whole, bound.loss.by_cells)


def _domain(domain: Domain) -> tuple[object, ...]:
    plain = isinstance(domain, (Interval, Labels))
    return (domain.kind, None if plain else type(domain), getattr(domain, "bounded", None))


def _is_stdin(text: str) -> bool:
    role, equals, rest = text.partition("=")
    with suppress(LosscliError):  # what is wrong with it is told when it is read
        return is_stdin(parse_source(rest if equals and role.isidentifier() else text).path)
    return False


def _tried(action: Callable[[], Found]) -> Found | LosscliError:
    """What an action gives, or the error that it ends with: one check that fails stops no other."""
    try:
        return action()
    except LosscliError as error:
        return error
    except BrokenPipeError:
        raise
    except OSError as problem:
        place = Place(str(problem.filename)) if problem.filename else None
        return StorageError(f"reading or writing failed: {problem.strerror or problem}", place=place)
    except Exception as problem:
        said = " ".join(str(problem).split())
        bug = LosscliError(
            f"a bug in losscli {__version__}, not in your data: {type(problem).__name__}: {said}",
            hint="please report it: run the same command with --debug and send what it prints",
        )
        bug.__cause__ = problem
        return bug


class _Onward:
    """Listeners over several evaluations: the rows that they hear of go on counting."""

    def __init__(self, listeners: Listeners | None) -> None:
        self._whole = listeners or Listeners()
        self._rows = 0
        self._before = 0

    def listeners(self) -> Listeners:
        """Who hears of the next evaluation."""
        self._before += self._rows
        self._rows = 0
        told: Progress | None = None if self._whole.progress is None else self._tell
        return self._whole._replace(progress=told)

    def _tell(self, rows: int, bytes_read: int, bytes_total: int | None) -> None:
        assert self._whole.progress is not None
        self._rows = rows
        self._whole.progress(self._before + rows, bytes_read, bytes_total)
