"""All per-sample values, block by block, to a file or to standard output.

The records are those of the formats csv, tsv and ndjson: `row`, `id`, a column per loss, `gradient(SPEC)`.
In text, numbers are the shortest digits that read back as the same double; a block is turned into text by
Arrow, column by column. Parquet and Arrow keep doubles as they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO, Final, Protocol

from losscli.arrays import Floats, Integers
from losscli.errors import UsageError
from losscli.outputs.files import OutputFile
from losscli.outputs.formats import suffix_of, usable_path
from losscli.outputs.harmless import harmless
from losscli.outputs.stdout import write_stdout
from losscli.outputs.styles import STDOUT_STYLES, STYLES, Style
from losscli.outputs.texts import joined
from losscli.report.samples import SampleColumns

_PIECE: Final = 1 << 20
_SPOOLED: Final = 1 << 23
_SUFFIXES: Final = {".csv": "csv", ".tsv": "tsv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json"}
_TABLES: Final = (".parquet", ".pq", ".arrow", ".feather")


class _Drain(Protocol):
    """Where finished bytes go."""

    def write(self, piece: bytes) -> None: ...

    def commit(self) -> None: ...

    def discard(self) -> None: ...


class _Form(Protocol):
    """How records are written."""

    def begin(self, columns: SampleColumns) -> None: ...

    def add(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> None: ...

    def sign(self, signatures: Sequence[str]) -> None: ...

    def finish(self) -> None: ...

    def discard(self) -> None: ...


class _Text:
    """Records as text, of any style."""

    def __init__(self, style: str, drain: _Drain) -> None:
        self._drain = drain
        self._make = STYLES[style]
        self._style: Style | None = None
        self._begun = False

    def begin(self, columns: SampleColumns) -> None:
        self._style = self._make(columns)
        self._drain.write(self._style.opening.encode())

    def add(self, rows: Integers, ids: Sequence[str] | None, numbers: Sequence[Floats]) -> None:
        assert self._style is not None
        lines = self._style.lines(rows, ids, numbers)
        if self._begun:
            self._drain.write(self._style.between)
        self._drain.write(joined(lines, self._style.line_end))
        self._begun = True

    def sign(self, signatures: Sequence[str]) -> None:
        """Records have no place for it."""

    def finish(self) -> None:
        if self._style is not None:
            self._drain.write(self._style.closing.encode())

    def discard(self) -> None:
        """Nothing is held."""


class SampleWriter:
    """Takes per-sample values and writes them as records; told the columns first, then block after block.

    Used as a context: leaving it normally puts the records in place (a file) or prints them (standard
    output); leaving it by an exception leaves nothing. Raises WriteError.
    """

    def __init__(self, form: _Form, drain: _Drain) -> None:
        self._drain = drain
        self._form = form
        self._begun = False

    def begin(self, columns: SampleColumns) -> None:
        """Told once, before the first block."""
        self._form.begin(columns)
        self._begun = True

    def add(
        self, rows: Integers, ids: Sequence[str] | None, values: Sequence[Floats], gradients: Sequence[Floats]
    ) -> None:
        """Row numbers (n,), ids, one (n,) array per result, one (n,) or (n, k) array per gradient."""
        if not self._begun:
            raise RuntimeError("begin comes before add")
        if len(rows) == 0:
            return
        numbers = [*values, *(column for gradient in gradients for column in _columns(gradient))]
        self._form.add(rows, ids, numbers)

    def sign(self, signatures: Sequence[str]) -> None:
        """Told once, after the last block: the signature of each result. Typed files keep it."""
        self._form.sign(signatures)

    def commit(self) -> None:
        """Everything was added: put it into place."""
        self._form.finish()
        self._drain.commit()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._form.discard()
        self._drain.discard()

    def __enter__(self) -> SampleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()
            return
        try:
            self.commit()
        finally:
            self.discard()


def samples_to_file(path: str) -> SampleWriter:
    """The writer of `--per-sample PATH`; the suffix decides: .csv .tsv .ndjson .jsonl .json, each .gz too,
    .parquet .pq .arrow .feather.

    Raises UsageError for another suffix, WriteError where the file cannot be made.
    """
    suffix = suffix_of(usable_path(path, path))
    style = _SUFFIXES.get(suffix)
    packed = path.lower().endswith(".gz")
    if style is None and (suffix not in _TABLES or packed):
        raise UsageError(
            f"the suffix of {harmless(path)} does not say how per-sample values are to be written",
            hint=f"--per-sample losses.csv; one of {', '.join(_SUFFIXES)}, each with .gz too, "
            f"or {', '.join(_TABLES)}",
        )
    file = OutputFile(path)
    if style is not None:
        return SampleWriter(_Text(style, file), file)
    from losscli.outputs.sample_tables import TableForm

    return SampleWriter(TableForm(suffix, file), file)


def samples_to_stdout(format_name: str) -> SampleWriter:
    """The writer of `--reduction none` in plain, csv, tsv and ndjson: nothing is printed before the commit.

    Raises UsageError for another format.
    """
    if format_name not in STDOUT_STYLES:
        raise UsageError(
            f"{harmless(format_name)} does not print per-sample records",
            hint=f"--format is one of {', '.join(STDOUT_STYLES)}",
        )
    spool = _Spool()
    return SampleWriter(_Text(format_name, spool), spool)


class _Spool:
    """Bytes that wait, in memory and then on disk, until the run has succeeded."""

    def __init__(self) -> None:
        import tempfile

        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115

    def write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            raise _spool_full(error) from error

    def commit(self) -> None:
        self._file.seek(0)
        write_stdout(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        while piece := self._file.read(_PIECE):
            yield piece

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()


def _spool_full(error: OSError) -> Exception:
    import tempfile

    from losscli.errors import WriteError

    why = (error.strerror or str(error)).lower()
    folder = harmless(tempfile.gettempdir())
    return WriteError(
        f"per-sample values wait in {folder} until the last row is valid, and it cannot be written: {why}",
        hint="set TMPDIR to a folder with space, or write to a file with --per-sample",
    )


def _columns(gradient: Floats) -> list[Floats]:
    return [gradient] if gradient.ndim == 1 else [gradient[:, place] for place in range(gradient.shape[1])]
