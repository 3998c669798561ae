"""What a report says of inputs that are folders or globs of part files: how many, and what may be wrong."""

from __future__ import annotations

import os

from losscli.engine.plan import Plan
from losscli.errors import counted
from losscli.report.tables import Finding
from losscli.sources.records import PartsRead, Source, parts_read


def parts_used(source: Source, plan: Plan) -> tuple[int, tuple[Finding, ...]]:
    """The number of a source's part files (0 for a single file), and the doubts about them."""
    read = parts_read(source)
    if read is None:
        return 0, ()
    found = []
    backwards = _backwards(source, read, plan)
    if backwards is not None:
        first, second = (os.path.basename(path) for path in backwards)
        if first == second:
            first, second = backwards
        found.append(
            Finding(
                "W106",
                f"{source.name} is read in name order, {first} before {second}, and rows pair by position; "
                "write the numbers with leading zeros, or pair with --id",
            )
        )
    if read.empty:
        count, were = len(read.empty), "is" if len(read.empty) == 1 else "are"
        named = f"the first is {read.empty[0]}; " if count > 1 else f"{read.empty[0]}; "
        found.append(
            Finding(
                "W107",
                f"{count:,} of {counted(len(read.paths), 'part')} of {source.name} {were} empty: {named}"
                "a lost file looks like that too",
            )
        )
    return len(read.paths), tuple(found)


def _backwards(source: Source, read: PartsRead, plan: Plan) -> tuple[str, str] | None:
    """Two parts whose numbers run backwards in name order, where that decides which rows belong together."""
    if plan.by_key:
        return None
    if any(stream.source is source for stream in plan.streams) and _in_step(plan):
        return None
    from losscli.sources.parts import disorder

    return disorder(read.paths)


def _in_step(plan: Plan) -> bool:
    """Whether every stream has parts of the same names and lengths: then rows pair part by part, in any
    order. One stream is in step with itself."""
    reads = [parts_read(stream.source) for stream in plan.streams]
    shapes = {
        (read.rows, tuple(os.path.basename(path) for path in read.paths))
        for read in reads
        if read is not None
    }
    return len(reads) == 1 or (len(shapes) == 1 and None not in reads)
