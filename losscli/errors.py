"""Every error losscli raises on purpose: one tree by cause.

A class carries its exit code and its code (``E210``); its docstring is the text that ``losscli explain E210``
shows. An error may know a place (file, line, column) and a hint that says what to type instead. Nothing here
prints or exits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from losscli.records import NamedTuple


def counted(count: int, noun: str) -> str:
    """A count with its noun, for messages and notes.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def shortened(text: str, most: int = 80) -> str:
    """A text from a file as a message shows it: its start, and its length where it is long.

    >>> shortened("abcdefgh", most=6), shortened("abc", most=6)
    ('abc... (8 characters)', 'abc')
    """
    return text if len(text) <= most else f"{text[: most // 2]}... ({counted(len(text), 'character')})"


class Place(NamedTuple):
    """Where something stands: a file, its line, and the column.

    In CSV and TSV `column` is the number of the field, the ``N`` of ``@N``; in JSON it is the character in
    the line; in a binary array `line` is the row. All count from 1.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file, *(str(part) for part in (self.line, self.column) if part is not None)]
        return ":".join(parts)


class LosscliError(Exception):
    """A bug in losscli, neither in the data nor in the call: every expected mistake has a code of its own.
    Please report it with what `--debug` prints."""

    exit_code: ClassVar[int] = 70
    code: ClassVar[str] = "E000"

    def __init__(self, message: str, *, hint: str | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with all that is known, whatever the class's own arguments are."""
        return _again, (type(self), self.args, self.__dict__)

    def lines(self) -> list[str]:
        """The lines a person reads: ``FILE:LINE:COLUMN: error[E210]: message``, then ``hint: ...``."""
        start = f"{self.place}: " if self.place else ""
        found = [f"{start}error[{self.code}]: {self.message}"]
        if self.hint:
            found.append(f"hint: {self.hint}")
        return found


def _again(kind: type[LosscliError], words: tuple[Any, ...], known: dict[str, Any]) -> LosscliError:
    """The error that another process raised."""
    error = kind.__new__(kind, *words)
    error.args = words
    error.__dict__.update(known)
    return error


# --- the call is wrong: exit 2


class UsageError(LosscliError):
    """The call itself is wrong: an option, a name or a combination that cannot be carried out. Nothing was
    read."""

    exit_code = 2
    code = "E100"


class UnknownLoss(UsageError):
    """No loss has this name. `losscli list` prints every name and alias; letters' case and `-` or `_` do not
    matter."""

    code = "E101"


class ParamError(UsageError):
    """A parameter of a loss does not exist, or its value is not a number, not one of the choices, or out of
    range."""

    code = "E102"


class ColumnError(UsageError):
    """A column that was asked for is not in the file, or it is not clear which columns are meant."""

    code = "E103"


class SourceError(UsageError):
    """The sources do not fit the losses: too few, too many, standard input twice, or an output that is also
    an input."""

    code = "E104"


class UnsupportedFormat(UsageError):
    """The file's kind is one that losscli does not read or write (a pickle, a tensor file, a spreadsheet)."""

    code = "E105"


class NotPerSample(UsageError):
    """A loss over the whole set (a root of a mean) has no value for a single row, so it has no quantile,
    median or extreme. The loss that it is the root of has them, and rows are shown under that loss's name."""

    code = "E106"


class ConfigError(UsageError):
    """A losscli.toml, or the [tool.losscli] of a pyproject.toml, is not TOML, has a key that does not exist,
    a value of another type, two checks of one name, or a check without losses, sources or requirements. The
    place is its line and column; `losscli explain config` lists the keys."""

    code = "E107"


# --- the data cannot be scored: exit 3


class DataError(LosscliError):
    """The data was read but cannot be scored."""

    exit_code = 3
    code = "E200"


class BadCell(NamedTuple):
    """One cell that cannot be used: where it stands, its text, and what is wrong with it."""

    place: Place
    text: str
    reason: str

    @property
    def words(self) -> str:
        """What is wrong, and the offending text if there is any."""
        return f"{self.reason}: {shortened(self.text)}" if self.text else self.reason


class CellError(DataError):
    """A cell is not a number. A number is an optional sign, ASCII digits with at most one dot, and an
    optional exponent. Empty cells, NA, nan, inf, hexadecimal, `1_000`, full-width digits, percent signs
    and integers that a double cannot hold exactly are errors, never silently a number. `--missing skip`
    drops the rows with a missing cell (empty, NA, null, nan) and counts them."""

    code = "E210"
    shown: ClassVar[int] = 5

    def __init__(self, cells: Sequence[BadCell], total: int, *, hint: str | None = None) -> None:
        first = cells[0]
        super().__init__(first.words, hint=hint, place=first.place)
        self.cells = tuple(cells)
        self.total = total

    def lines(self) -> list[str]:
        found = [f"{cell.place}: error[{self.code}]: {cell.words}" for cell in self.cells[: self.shown]]
        if self.total > len(found):
            found.append(f"{self.total} bad cells in all, the first {len(found)} are shown")
        if self.hint:
            found.append(f"hint: {self.hint}")
        return found


class DomainError(DataError):
    """A value is a number but lies outside what the loss accepts: a probability outside [0, 1], a label
    outside the coding, a target that a relative error cannot divide by."""

    code = "E211"


class SumError(DataError):
    """A row of probabilities does not sum to 1, so it is no distribution."""

    code = "E212"


class LabelError(DataError):
    """A class label is unknown, or the labels do not say which class is the positive one."""

    code = "E213"


class WeightError(DataError):
    """A weight is negative, or all weights are 0."""

    code = "E214"


class PairingError(DataError):
    """The rows of the inputs do not pair: their numbers differ, or with `--id` a key is missing, extra or
    repeated. Nothing is ever broadcast, cut or filled in."""

    code = "E220"


class OrderError(PairingError):
    """Both files carry a key-like column of the same name whose values come in another order: by position the
    wrong rows would be paired. `--id COLUMN` pairs them by that key."""

    code = "E221"


class RowsError(DataError):
    """There is no row to score: the file is empty, holds only a header, or every row was skipped; or a folder
    holds no part file."""

    code = "E230"


class ShapeError(DataError):
    """The columns do not have the shape that the loss needs, or a row has another number of cells than the
    first."""

    code = "E231"


class HeaderError(DataError):
    """The first row may be a header or data, and the file does not tell which; or two columns have the same
    name."""

    code = "E232"


class FormatError(DataError):
    """The content is not what the suffix or `--input-format` promises, or it is not well formed: broken JSON,
    a quote that never closes, text that is not UTF-8, a duplicate key."""

    code = "E233"


class StateError(DataError):
    """States, or a baseline and a run, that do not belong together: other losses, columns, options or
    versions. What was added up in another way cannot be joined."""

    code = "E240"


class PartsError(DataError):
    """The part files of a folder or a glob are not one table: a part has another format, header, order or
    number of columns, or type than the first; a folder stands among them; or one file stands there twice."""

    code = "E234"


# --- reading or writing failed: exit 4


class StorageError(LosscliError):
    """The file system refused: no such file, no permission, a folder in place of a file, a full disk."""

    exit_code = 4
    code = "E400"


class ReadError(StorageError):
    """A file cannot be read: it does not exist, permission is missing, or it is a folder."""

    code = "E401"


class WriteError(StorageError):
    """A file or standard output cannot be written: the disk is full, permission is missing, the folder does
    not exist, or standard output is closed. What was there before is still there."""

    code = "E402"


class ChangedError(StorageError):
    """An input changed while it was being read, so its rows are not those of one moment."""

    code = "E403"


class ClusterError(StorageError):
    """The Dask cluster failed: its scheduler cannot be reached, its workers died or have another version of
    losscli, or they do not see the files."""

    code = "E410"


# --- several at once


class SeveralErrors(LosscliError):
    """Several mistakes, collected so that one run reports them all; the exit code is that of the gravest."""

    code = "E001"

    def __init__(self, errors: Sequence[LosscliError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = tuple(errors)
        self.exit_code = max(error.exit_code for error in errors)  # type: ignore[misc]

    def lines(self) -> list[str]:
        return [line for error in self.errors for line in error.lines()]


def raise_together(errors: Sequence[LosscliError]) -> None:
    """Raise one error as it is, several together; nothing where there are none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralErrors(errors)


def by_code() -> dict[str, type[LosscliError]]:
    """Every error class by its code, in the order of the codes."""
    found: dict[str, type[LosscliError]] = {}
    waiting: list[type[LosscliError]] = [LosscliError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return dict(sorted(found.items()))
