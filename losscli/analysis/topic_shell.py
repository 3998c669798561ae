"""What a person has to know about completion in a shell."""

from __future__ import annotations

from losscli.analysis.topic import Topic

SHELL = Topic(
    "completion",
    "Completion in bash, zsh and fish",
    """
    losscli --help

    `losscli --install-completion` sets it up for the shell that runs it, and
    --show-completion prints the script. The tabulator then knows: losses, behind a
    colon their parameters and `as=`, behind a comma the next loss; files, behind
    `FILE:` the columns of their first row (of Parquet and Arrow the schema), behind
    `:` those of the file before; options and their words; columns for --by, --id
    and --weight. Only the head of a file is read, none of a URI, and a file that
    cannot be read has no columns.
    """,
    ("shell", "bash", "zsh", "fish", "tab"),
)
