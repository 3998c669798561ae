"""Pairing by key on a cluster: Dask's shuffle brings equal keys together, and each worker joins what it got,
strictly one to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from losscli.align import Stream
from losscli.align.findings import Findings
from losscli.align.matching import SHOWN
from losscli.engine.cluster.calls import TASKS, Calls
from losscli.engine.cluster.connect import Cluster
from losscli.engine.cluster.fold import sketch_points
from losscli.engine.cluster.keyjoin import Score, Told, load, offsets_of, score
from losscli.engine.cluster.slices import sizes
from losscli.engine.cluster.task import Again, Coders, Outcome, Task, Words
from losscli.engine.plan import Plan
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.registry import MomentsConstant, QuantileConstant

PARTITION: Final = 1 << 26
"""Bytes of the sources in a partition, about: a worker holds a few of these."""


def refuse_unpaired(plan: Plan, outcomes: Sequence[Outcome], *, skip: bool) -> None:
    """Raise PairingError for keys that stand twice and, unless they are skipped, those without a partner."""
    found = [outcome.standing for outcome in outcomes if outcome.standing is not None]
    places: dict[tuple[int, int], Place] = {}
    for one in found:
        places |= one.places
    streams = [Stream(one.source, tuple(one.columns), one.keys) for one in plan.streams]
    known: Any = [_Noted(places, number) for number in range(len(streams))]
    findings = Findings(streams, known)
    for one in found:
        for number in range(len(streams)):
            findings.repeats[number].add(*one.repeats[number])
            for mine, (total, first) in (
                (findings.missing[number], one.missing[number]),
                (findings.extra[number], one.extra[number]),
            ):
                mine.total += total
                mine.first = sorted([*mine.first, *first])[:SHOWN]
    findings.raise_repeated()
    if not skip:
        findings.raise_unpaired()


class _Noted(NamedTuple):
    """Where the rows that a message names stand."""

    places: dict[tuple[int, int], Place]
    stream: int

    def file(self, row: int) -> str:
        return self.places[self.stream, row].file

    def line(self, row: int) -> int:
        return self.places[self.stream, row].line or 0


class ByKey:
    """Looks at rows that pair by key."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._told: list[list[Told]] = []
        self._outcomes: list[Outcome] = []
        self._partitions: Partitions | None = None
        self._job = Score(calls.words())

    def first(self) -> list[Outcome]:
        """Every row paired, and scored once. Raises what the loads and the pairing find."""
        calls = self._calls
        streams = range(len(calls.sources))
        total = sum(sum(sizes(source)) for source in calls.sources)
        count = min(max(calls.cluster.threads, -(-total // PARTITION)), TASKS)
        self._job = Score(calls.words(sketch_points(count)))
        tasks = [calls.tasks_of(stream, calls.words()) for stream in streams]
        self._partitions = parts = Partitions(
            self._job.words, tasks, count, calls.cluster, keep=self._looks_again
        )
        told = [one for own in parts.told for one in own]
        found: list[Any] = [None] * (len(told) + count)
        for number, result in calls.cluster.computed([*told, *parts.jobs(self._job)]):
            found[number] = result
        each = iter(found)
        self._told = [[next(each) for _ in own] for own in parts.told]
        self._refuse_failed()
        self._outcomes = self._sound(list(each))
        refuse_unpaired(calls.plan, self._outcomes, skip=calls.request.unpaired == "skip")
        return self._outcomes

    @property
    def _looks_again(self) -> bool:
        """Whether the partitions may be looked at more than once: for quantiles, for a best constant that is
        scored against every row, for labels that all rows decide together."""
        request, plan = self._calls.request, self._calls.plan
        if any(feed.coder is not None and feed.coder.seen() != () for feed in plan.feeds):
            return True
        quantiles = any(word == "median" or word.startswith("p") for word in request.reductions)
        facts = [bound.loss.best_constant for bound in plan.losses] if request.summary else []
        return quantiles or any(
            isinstance(fact, QuantileConstant) or (isinstance(fact, MomentsConstant) and fact.loss is None)
            for fact in facts
        )

    def _refuse_failed(self) -> None:
        """Raise the error of the first load that failed."""
        failed = [
            (number, stream, one.error)
            for stream, own in enumerate(self._told)
            for number, one in enumerate(own)
            if one.error is not None
        ]
        if failed:
            _, stream, error = min(failed, key=lambda one: one[:2])
            raise self._calls.whole_error(error, stream)

    def _sound(self, outcomes: list[Outcome]) -> list[Outcome]:
        """The outcomes. Raises the error of the first rows that have one."""
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        if errors:
            raise min(errors, key=lambda error: (error.place is None, error.place or Place("")))
        return outcomes

    def labels(self) -> Coders:
        """What the labels of all rows decide, in the order in which they first stand; the plan's coders know
        it afterwards."""
        feeds = self._calls.plan.feeds
        for place, feed in enumerate(feeds):
            seen = [outcome.coders[place] for outcome in self._outcomes if outcome.coders]
            known = {label for one in seen for label in one}
            if feed.coder is None or not known:
                continue
            first = [label for own in self._told for one in own for label in one.labels[place : place + 1]]
            ordered = dict.fromkeys(label for one in first for label in one if label in known)
            for one in [tuple(ordered), *seen] if isinstance(feed.coder.names(), list) else seen:
                feed.coder.start_from(one)
        return tuple(() if feed.coder is None else feed.coder.seen() for feed in feeds)

    def recoded(self, coders: Coders, numbers: Sequence[int]) -> list[Outcome]:
        """Some partitions looked at again, now that all labels are known."""
        self._job = self._job._replace(coders=coders)
        for number, outcome in zip(numbers, self._jobs(self._job, numbers), strict=True):
            self._outcomes[number] = outcome
        return self._outcomes

    def again(self, again: Again) -> list[Outcome]:
        """A further look at all rows."""
        return self._jobs(self._job._replace(again=again), range(len(self._outcomes)))

    def _jobs(self, job: Score, numbers: Sequence[int]) -> list[Outcome]:
        assert self._partitions is not None
        found: list[Any] = [None] * len(numbers)
        for number, outcome in self._calls.cluster.computed(self._partitions.jobs(job, numbers)):
            found[number] = outcome
        return self._sound(found)

    @property
    def parts(self) -> list[list[tuple[list[int], list[str]]]]:
        """Of each stream, what each load told of its parts."""
        return [[one.parts for one in own] for own in self._told]


class Partitions:
    """All rows of all streams, shuffled by key."""

    def __init__(
        self, words: Words, tasks: Sequence[Sequence[Task]], count: int, cluster: Cluster, *, keep: bool
    ) -> None:
        """`tasks` are the loads of each stream; with `keep` the partitions stay on the workers."""
        import dask.dataframe as frames
        from dask.delayed import delayed

        loads = [
            [delayed(load, pure=False)(task, stream, number) for number, task in enumerate(own)]
            for stream, own in enumerate(tasks)
        ]
        self.told = [[one[1] for one in own] for own in loads]
        self.offsets = delayed(offsets_of, pure=False)(self.told)
        shuffled = []
        for stream, own in enumerate(loads):
            meta, _ = load(Task(words, ()), stream, 0)
            frame = frames.from_delayed([one[0] for one in own], meta=meta, verify_meta=False)
            shuffled.append(frame.shuffle("key", npartitions=count, shuffle_method="p2p"))
        self.parts = list(zip(*(frame.to_delayed() for frame in shuffled), strict=True))
        if keep:
            self._keep(cluster.client)

    def _keep(self, client: Any) -> None:
        flat = [one for part in self.parts for one in part]
        streams = len(self.told)
        told = [one for own in self.told for one in own]
        kept = client.persist([*flat, self.offsets, *told])
        self.parts = [tuple(kept[at : at + streams]) for at in range(0, len(flat), streams)]
        self.offsets = kept[len(flat)]
        rest = iter(kept[len(flat) + 1 :])
        self.told = [[next(rest) for _ in own] for own in self.told]

    def jobs(self, job: Score, numbers: Sequence[int] | None = None) -> list[Any]:
        """What is to be computed: the job on some partitions, or on all."""
        from dask.delayed import delayed

        chosen = self.parts if numbers is None else [self.parts[number] for number in numbers]
        return [delayed(score, pure=False)(job, self.offsets, *part) for part in chosen]
