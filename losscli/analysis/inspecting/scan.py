"""One pass over the rows of an opened target and prediction."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO

import numpy as np

from losscli.analysis.inspecting.look import Look
from losscli.analysis.inspecting.profile import Profile
from losscli.analysis.inspecting.repeats import Repeats
from losscli.analysis.inspecting.sample import Sample, Sampler
from losscli.arrays import Floats, Rows
from losscli.engine.pairing import pair_rows
from losscli.engine.request import Progress
from losscli.engine.rows import RowReader
from losscli.engine.rowset import Rowset
from losscli.engine.setting import inputs_used
from losscli.errors import RowsError, counted
from losscli.records import NamedTuple
from losscli.report.compute import InputUsed, RowCounts
from losscli.report.tables import Finding


class Scan(NamedTuple):
    """What one pass over all rows saw. `copies` are the paths of the numbers of inputs that can be read only
    once, written down for a second reading; None where all files can be read again."""

    target: Profile
    prediction: Profile
    sample: Sample
    repeats: Repeats
    inputs: tuple[InputUsed, ...]
    rows: RowCounts
    pairing: str
    warnings: tuple[Finding, ...]
    copies: tuple[str, ...] | None = None


class Copy:
    """Numbers written to a `.npy` file as they come."""

    def __init__(self, path: str, width: int, stack: ExitStack) -> None:
        self.path, self._width, self._rows = path, width, 0
        self._file: IO[bytes] = stack.enter_context(open(path, "w+b"))  # noqa: SIM115  the stack closes it
        self._write_header()

    def add(self, block: Rows) -> None:
        """Append rows."""
        self._rows += len(block)
        self._file.write(np.ascontiguousarray(block, dtype="<f8").tobytes())

    def finish(self) -> str:
        """Write down how many rows there are; the path."""
        self._file.seek(0)
        self._write_header()
        self._file.flush()
        return self.path

    def _write_header(self) -> None:
        """The same length for any number of rows: NumPy leaves room for the first axis to grow."""
        shape = (self._rows,) if self._width == 1 else (self._rows, self._width)
        facts = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, facts)


def reads_once(look: Look) -> bool:
    """Whether an input is standard input or a pipe, which has its rows only once."""
    return any(is_pipe(reading.source.path) for reading in look.plan.streams)


def is_pipe(path: str | None) -> bool:
    """Whether a path is standard input, or something else that is gone once it was read."""
    if path == "-":
        return True
    try:
        return path is not None and not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path)
    except (OSError, ValueError):
        return False  # a folder pattern or an address


def scan(look: Look, stack: ExitStack, progress: Progress | None = None, most: int | None = None) -> Scan:
    """Read every row once, or the first `most` rows. Files for a second reading live until the stack closes.
    Raises data and storage errors."""
    request, plan = look.request, look.plan
    reader = RowReader(plan, request.missing == "skip")
    paired = pair_rows(plan, request.unpaired)
    widths = [len(feed.positions) for feed in look.feeds]
    profiles = (Profile(0, widths[0]), Profile(1, widths[1]))
    sampler, repeats = Sampler(sum(widths)), Repeats()
    copies = _copies(look, stack) if reads_once(look) else []
    for whole in reader.rowsets(iter(paired)):
        left = whole.count if most is None else most - profiles[0].rows
        rowset = whole if whole.count <= left else whole.head(left)
        for profile in profiles:
            profile.add(rowset)
        sampler.add(rowset)
        repeats.add(rowset)
        _write(copies, rowset)
        _tell(look, reader, progress)
        if most is not None and profiles[0].rows == most:
            break
    else:
        reader.finish()
    if not profiles[0].rows:
        raise RowsError(f"{plan.feeds[0].text} has no data row that counts", hint="a header alone is no data")
    read = [paired.rows(stream) for stream in range(len(plan.streams))]
    counts = RowCounts(
        read[plan.feeds[0].stream], reader.skipped, paired.unpaired, reader.absent, profiles[0].rows
    )
    inputs = inputs_used(plan, read, [])
    pairing = f"by id ({plan.id_name})" if plan.by_key else "by position"
    warnings = [*(finding for entry in inputs for finding in entry.warnings), *_left_out(counts)]
    paths = tuple(copy.finish() for copy in copies) or None
    return Scan(*profiles, sampler.sample(), repeats, inputs, counts, pairing, tuple(warnings), paths)


def _left_out(counts: RowCounts) -> list[Finding]:
    found = []
    if counts.skipped:
        found.append(Finding("W103", f"{counted(counts.skipped, 'row')} with a missing cell left out"))
    if counts.unpaired:
        found.append(Finding("W104", f"{counted(counts.unpaired, 'row')} without a partner left out"))
    return found


def _copies(look: Look, stack: ExitStack) -> list[Copy]:
    import tempfile

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="losscli-"))
    names = ["target", "prediction", *(["weight"] if look.plan.weights else [])]
    widths = [*(len(feed.positions) for feed in look.feeds), 1]
    return [
        Copy(os.path.join(folder, f"{name}.npy"), width, stack)
        for name, width in zip(names, widths, strict=False)
    ]


def _write(copies: Sequence[Copy], rowset: Rowset) -> None:
    blocks: list[Floats] = [*rowset.inputs, *([] if rowset.weights is None else [rowset.weights])]
    for copy, block in zip(copies, blocks, strict=False):
        copy.add(block)


def _tell(look: Look, reader: RowReader, progress: Progress | None) -> None:
    if progress is None:
        return
    sources = [reading.source for reading in look.plan.streams]
    totals = [source.bytes_total for source in sources]
    known = sum(total for total in totals if total is not None) if None not in totals else None
    progress(reader.read, sum(source.bytes_read for source in sources), known)
