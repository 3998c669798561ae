"""What `check --config` decided: the verdict of every check, and which could not be scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from losscli import __version__
from losscli.errors import LosscliError, Place, counted
from losscli.records import NamedTuple
from losscli.report.compute import SCHEMA, Plain
from losscli.report.tables import Cell, Column, Finding, Kind, Note, Table, tab_separated
from losscli.report.verdict import FAIL, PASS, UNCLEAR, CheckReport, met_words

ERROR: Final = "error"
"""The verdict on a check that could not be scored."""
_GRAVEST: Final = (ERROR, FAIL, UNCLEAR, PASS)
_NAME: Final = Column("check", "check")


class Unscored(NamedTuple):
    """A check that has no verdict because of an error. `place` is where it stands in the file of checks."""

    name: str
    error: LosscliError
    place: Place

    @property
    def verdict(self) -> str:
        """Always error."""
        return ERROR

    @property
    def exit_code(self) -> int:
        """That of the error: 2 and more."""
        return self.error.exit_code

    @property
    def message(self) -> str:
        """What is wrong, in one line: the error's first, without its hint."""
        return self.error.lines()[0]

    def plain(self) -> Plain:
        """Strict data: no number, the lines that a person reads."""
        return {
            "verdict": ERROR,
            "error": {
                "code": self.error.code,
                "exit_code": self.exit_code,
                "message": self.message,
                "lines": self.error.lines(),
            },
        }


Entry: TypeAlias = "CheckReport | Unscored"


class ChecksReport(NamedTuple):
    """Every check of a file, in its order, judged or unscored."""

    entries: tuple[Entry, ...]

    @property
    def checks(self) -> tuple[CheckReport, ...]:
        """The checks that were judged."""
        return tuple(entry for entry in self.entries if isinstance(entry, CheckReport))

    @property
    def errors(self) -> tuple[Unscored, ...]:
        """The checks that could not be scored."""
        return tuple(entry for entry in self.entries if isinstance(entry, Unscored))

    @property
    def command(self) -> str:
        """The command whose report this is."""
        return "check"

    @property
    def verdict(self) -> str:
        """error where a check could not be scored, else fail, unclear, pass: the gravest of all checks."""
        found = {entry.verdict for entry in self.entries}
        return next(verdict for verdict in _GRAVEST if verdict in found)

    @property
    def exit_code(self) -> int:
        """The gravest: 70 > 4 > 3 > 2 of what could not be scored, else 1 where a requirement is not met,
        else 0."""
        return max(entry.exit_code for entry in self.errors or self.checks)

    def plain(self) -> dict[str, Any]:
        """Strict data: the verdict, and for each check its name and what it reports alone."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "verdict": self.verdict,
            "checks": [{"name": entry.name, **entry.plain()} for entry in self.entries],
        }

    def findings(self) -> list[Finding]:
        """The warnings of all computations, each with the checks that it is about."""
        found = [
            ((finding.code, finding.message), check.name)
            for check in self.checks
            for finding in check.findings()
        ]
        return [Finding(code, f"{names}: {message}") for (code, message), names in _together(found)]

    def update_lines(self) -> list[str]:
        """What became of the files that were to be written anew."""
        lines = []
        for check in self.checks:
            lines += [
                f"note: {check.name}: {path} holds the values of this run now" for path in check.updated
            ]
            lines += [
                f"note: {check.name}: {path} was not updated: a requirement is not met" for path in check.kept
            ]
        return lines

    def error_lines(self) -> list[str]:
        """What is wrong with the checks that could not be scored, each error once, and which checks these
        are."""
        found = [(tuple(entry.error.lines()), entry.name) for entry in self.errors]
        lines = []
        for said, names in _together(found):
            lines += [*said, f"note: no verdict on {names}"]
        return lines

    def lines(self) -> list[str]:
        """`check verdict requirement value`, tab-separated; where there is no verdict, the error."""
        found = []
        for entry in self.entries:
            if isinstance(entry, Unscored):
                found.append(tab_separated((entry.name, ERROR, entry.message)))
            else:
                found += [f"{tab_separated((entry.name,))}\t{line}" for line in entry.lines()]
        return found

    def main_table(self) -> Table:
        """One record a requirement, and one for each check that could not be scored, in the file's order."""
        return self._joined(lambda check: check.main_table(), Column("error", "error"))

    def tables(self) -> list[Table]:
        """Each check's other tables, then the verdicts, the gravest first, and what the numbers are of."""
        joined = self._joined(_verdicts)
        words = [column.key for column in joined.columns].index("verdict")
        rows = sorted(joined.rows, key=lambda row: _GRAVEST.index(str(row[words]).lower()))
        signatures = [one for check in self.checks for one in _verdicts(check).signatures]
        first = joined._replace(
            rows=rows, notes=tuple(self._notes()), signatures=tuple(dict.fromkeys(signatures))
        )
        return [*self._further(), first]

    def _further(self) -> Iterator[Table]:
        for check in self.checks:
            for table in check.tables():
                if table.name != _VERDICTS:
                    yield table._replace(heading=(f"{check.name}:", *table.heading))

    def _joined(self, of: Callable[[CheckReport], Table], *more: Column) -> Table:
        """The tables of all checks as one: the check's name first, then every column that one of them has.
        Columns of another title, such as the level of an interval, are others."""
        tables = {check.name: of(check) for check in self.checks}
        widest_first = sorted(tables.values(), key=lambda table: -len(table.columns))
        found = [column for table in widest_first for column in table.columns] or _BARE
        columns = tuple(dict.fromkeys((_NAME, *found, *more)))
        rows = []
        for entry in self.entries:
            if isinstance(entry, Unscored):
                known: dict[str, Cell] = {_NAME.key: entry.name, "verdict": ERROR, "error": entry.message}
                rows.append(tuple(known.get(column.key) for column in columns))
                continue
            table = tables[entry.name]
            for row in table.rows:
                record: dict[Column, Cell] = {_NAME: entry.name, **dict(zip(table.columns, row, strict=True))}
                rows.append(tuple(record.get(column) for column in columns))
        return Table("checks", columns, rows)

    def _notes(self) -> Iterator[Note]:
        yield self.summary
        yield from (f"{names}: {message}" for message, names in self._messages())
        own = [
            (note, check.name)
            for check in self.checks
            for note in _verdicts(check).notes
            if note != check.summary
        ]
        for note, names in _together(own):
            start = f"{names}: "
            yield (start, *note) if isinstance(note, tuple) else start + note

    def _messages(self) -> list[tuple[str, str]]:
        return _together([(entry.message, entry.name) for entry in self.errors])

    @property
    def summary(self) -> str:
        """The verdict in one line, with the exit code."""
        judged = [one for check in self.checks for one in check.judged]
        words = met_words(judged)
        if self.errors:
            words += f", {len(self.errors)} of {counted(len(self.entries), 'check')} without a verdict"
        return f"{words}: exit {self.exit_code}"


_BARE: Final = (
    Column("verdict", "verdict"),
    Column("requirement", "requirement"),
    Column("value", "value", Kind.VALUE),
    Column("rows", "rows", Kind.COUNT),
)
"""The columns where no check has a verdict."""


_VERDICTS: Final = "requirements"
"""The table of a check that holds its verdicts."""


def _verdicts(check: CheckReport) -> Table:
    return next(table for table in check.tables() if table.name == _VERDICTS)


def _together(found: Sequence[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """What is said of several checks is said once, with all their names."""
    names: dict[Any, list[str]] = {}
    for said, name in found:
        names.setdefault(said, []).append(name)
    return [(said, ", ".join(dict.fromkeys(known))) for said, known in names.items()]
