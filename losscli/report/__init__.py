"""Every result record, frozen: `plain()` for machines, neutral `tables()` and `findings()` for people."""

from __future__ import annotations

from typing import Any, Protocol

from losscli.report.tables import Finding, Table


class Report(Protocol):
    """What every output format can print."""

    @property
    def command(self) -> str:
        """The command whose report this is."""
        ...

    def plain(self) -> dict[str, Any]:
        """Strict data for JSON: no number that is not finite."""
        ...

    def tables(self) -> list[Table]:
        """Tables in the order in which a person reads them."""
        ...

    def main_table(self) -> Table:
        """The one table that single-table formats (csv, tsv, ndjson) print: records, one a row."""
        ...

    def lines(self) -> list[str]:
        """The plain format: tab-separated records, or plain text for `explain`."""
        ...

    def findings(self) -> list[Finding]:
        """Warnings, for stderr."""
        ...
