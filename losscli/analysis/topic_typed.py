"""What a person has to know about files of typed columns."""

from __future__ import annotations

from losscli.analysis.topic import Topic

TYPED = Topic(
    "typed",
    "Parquet, Arrow, Feather and npz",
    """
    Only the columns that are asked for are read, in pieces of a few megabytes,
    however large the file, its row groups, batches or members are.
    Numbers of every width, booleans (0 and 1) and decimals are read as the same
    digits in a text file would be; an integer that a double cannot hold exactly
    is an error. null and nan are missing cells. Text, dictionaries, dates and
    moments serve as keys and labels: a date as 2020-01-02, a moment as
    2020-01-02 03:04:05 without zeros behind its fraction, in UTC with a Z where
    it has a time zone, whole numbers as decimal digits.
    A column of lists of one length, or a member (n, k) of an npz, is k columns:
    p[0], p[1], ...; `:p` selects them all. Structs and lists of differing lengths
    are not read. A member (n,) of an npz is a column of its name; members that
    are asked for together have one length.
    The index that pandas stores counts as a key. Arrow's streams (.arrows, or a
    pipe with --input-format arrow) must end with their end mark; other pipes are
    kept in a temporary file.
    """,
    ("parquet", "arrow", "feather", "npz", "lists", "embeddings"),
)
