"""The names of a file's columns, for completion in a shell: from its head alone, and none rather than an
error."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import Any, Final

from losscli.sources.cells import is_name

HEAD: Final = 1 << 16
"""Bytes of a text file that are looked at; a first row that is longer is cut."""
MOST: Final = 2000
"""Columns that are offered by position."""
_PACKED: Final = (".gz", ".bz2", ".zst", ".lz4")
_JSON: Final = (".json", ".ndjson", ".jsonl")
_ARROW: Final = (".arrow", ".feather")
_KNOWN: Final = ("parquet", "arrow", "feather", "npz", "json", "ndjson", "jsonl", "npy", "csv", "tsv")


def column_names(path: str, delimiter: str = "", form: str = "") -> list[str]:
    """What selects the columns of a source: their names, or positions where they have none.

    Only a regular file is opened, or the first part of a folder; no URI. `delimiter` and `form` are those
    of --delimiter and --input-format. Nothing for what cannot be read."""
    try:
        found = _first_part(path)
        if not stat.S_ISREG(os.stat(found).st_mode):
            return []
        return [_selector(name, place) for place, name in enumerate(_names(found, delimiter, form), 1)][:MOST]
    except Exception:  # whatever is wrong with the file, the command that reads it will say so
        return []


def _first_part(path: str) -> str:
    if any(sign in path for sign in "*?[") and not os.path.lexists(path):
        from glob import glob

        parts = [part for part in sorted(glob(path)) if os.path.isfile(part)]
    elif os.path.isdir(path):
        parts = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    else:
        return os.path.expanduser(path)
    seen = [part for part in parts if not os.path.basename(part).startswith(("_", "."))]
    return seen[0]


def _selector(name: str, place: int) -> str:
    """A name as COLUMNS takes it: by position where it has none, or one that COLUMNS cannot hold."""
    clear = name.isprintable() and not any(sign in name for sign in ",:*?") and name == name.strip()
    return name if name and clear and ".." not in name and not name.startswith("@") else f"@{place}"


def _names(path: str, delimiter: str, form: str) -> Sequence[str]:
    """The columns' names; empty texts where they have none."""
    stem, packed = os.path.splitext(path.lower())
    suffix = os.path.splitext(stem)[1] if packed in _PACKED else packed
    if form in _KNOWN:
        suffix = f".{form}"
    if suffix == ".npy":
        return []
    if suffix == ".npz":
        from zipfile import ZipFile

        return [name.removesuffix(".npy") for name in ZipFile(path).namelist()]
    if suffix == ".parquet":
        from pyarrow.parquet import read_schema

        return list(read_schema(path, memory_map=False).names)
    if suffix in _ARROW:
        import pyarrow as pa

        with pa.OSFile(path) as file:
            return list(pa.ipc.open_file(file).schema.names)
    head = _head(path, packed)
    if suffix in _JSON or head[:1] in (b"[", b"{"):
        return _keys(head.decode("utf-8", "replace"))
    return _cells(head.decode("utf-8-sig", "replace"), "\t" if suffix == ".tsv" else delimiter)


def _head(path: str, packed: str) -> bytes:
    """The first bytes of a file, unpacked."""
    found: Any
    if packed == ".gz":
        import gzip

        found = gzip.open(path)  # noqa: SIM115  closed below
    elif packed == ".bz2":
        import bz2

        found = bz2.open(path)  # noqa: SIM115
    elif packed in _PACKED:
        import pyarrow as pa

        found = pa.input_stream(path, compression={".zst": "zstd"}.get(packed, packed[1:]))
    else:
        found = open(path, "rb")  # noqa: SIM115
    with found:
        return bytes(found.read(HEAD))


def _keys(text: str) -> list[str]:
    """The keys of the first object."""
    from json import JSONDecoder

    first, _ = JSONDecoder().raw_decode(text, text.index("{"))
    return [str(key) for key in first]


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of the first row where one of them is a name; else as many empty texts."""
    import csv

    line = next(iter(text.splitlines()), "")
    by_word = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    mark = by_word.get(delimiter, delimiter) or next((one for one in ",;\t|" if one in line), ",")
    row = [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    return row if any(map(is_name, row)) else [""] * len(row)
