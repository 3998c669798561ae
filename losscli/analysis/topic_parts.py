"""How folders and globs of part files are read."""

from __future__ import annotations

from losscli.analysis.topic import Topic

PARTS = Topic(
    "parts",
    "Folders and globs of part files",
    """
    losscli compute bce 'sample_data/*_against_*.csv:target' :prediction
    a folder for each input, a folder of tables, a glob into folders:
    y_parts/ p_parts/          parts/:label :score         'days/**/*.csv:y' :p

    A folder means the files in it; a glob, quoted for the shell, those that match:
    `*`, `?` and `[...]` within a folder, `**` for any folders between. A file of
    that very name is always that file. Names that start with `_` or `.`
    (_SUCCESS, .part-0.csv.crc) are skipped. A folder in a folder is an error: a
    glob with `**` reads it, but values that only folder names hold (day=2/) are no
    columns. Links are followed, never in a circle. A remote folder ends with `/`:
    s3://bucket/parts/ or 's3://bucket/parts/*.csv'.
    Parts are read in the code-point order of their paths, in which part-10 comes
    before part-2. That order decides how rows pair; losscli warns (W106) where
    numbers run backwards. Leading zeros (part-002) or --id help.
    All parts have one format; each may be compressed. The first decides about
    header and delimiter, and every other must have the same columns in the same
    order and of the same types: nothing is matched or filled in. JSON goes by its
    keys. A part may have no rows; one without a byte counts as no rows, with a
    warning (W107). Parts of the two sources may end at different rows.
    Rows count on over all parts; errors name the part and its line. A part that
    appears, vanishes or changes during the run is exit 4.
    """,
    ("part", "folder", "folders", "glob", "globs", "directory"),
)
