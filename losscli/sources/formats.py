"""Which format a path is read as: by its suffix, `--input-format`, or its first character; magic bytes must
agree."""

from __future__ import annotations

from typing import Final

from losscli.errors import FormatError, RowsError, UnsupportedFormat
from losscli.records import NamedTuple
from losscli.sources.bytestream import ByteInput
from losscli.sources.unpacking import PACKINGS, Packing
from losscli.storage.uris import file_name

FORMATS: Final = {
    "csv": "csv",
    "tsv": "tsv",
    "json": "json",
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "npy": "npy",
    "npz": "npz",
    "parquet": "parquet",
    "pq": "parquet",
    "arrow": "arrow",
    "arrows": "arrow",
    "feather": "arrow",
    "ipc": "arrow",
}
"""What `--input-format` and suffixes say, and the format that it means."""

BINARY: Final = frozenset({"npy", "npz", "parquet", "arrow"})
"""The formats that are told by their first bytes."""

PACKED_INSIDE: Final = BINARY - {"npy"}
"""The formats that compress their columns themselves, and are read out of order: no `.gz` around them."""

HEAD_BYTES: Final = 1 << 16
"""How much of a file is looked at before the first decision; fixed, so that decisions never depend on block
sizes."""

ROW_LIMIT: Final = 1 << 24
"""No row of text is longer: a quote that never closes, or a file that unpacks to gigabytes without a line
end, must not be read into memory whole."""

_SAVE = "save the array with `numpy.save('FILE.npy', array)` and give that file"
_EXPORT = "export it as CSV and give that file"
_UNREAD: Final = {
    **dict.fromkeys(("pt", "pth", "ckpt", "safetensors"), f"load it with torch, then {_SAVE}"),
    **dict.fromkeys(("pkl", "pickle", "joblib"), f"a pickle can run code, so it is not opened; {_SAVE}"),
    **dict.fromkeys(("h5", "hdf5", "mat", "tfrecord", "zarr"), _SAVE),
    **dict.fromkeys(("xlsx", "xls", "ods", "numbers", "sav", "dta", "rds", "sqlite", "db"), _EXPORT),
    **dict.fromkeys(("orc", "avro"), "write it as Parquet or CSV"),
    **dict.fromkeys(
        ("xz", "lzma", "br", "snappy", "zip", "7z", "tar", "tgz", "z"),
        f"unpack it first, or compress it as .{', .'.join(PACKINGS)}",
    ),
}
_MAGIC: Final = (
    *((packing.magic, packing.name) for packing in PACKINGS.values()),
    (b"\x93NUMPY", "npy"),
    (b"PK\x03\x04", "npz"),
    (b"PK\x05\x06", "npz"),
    (b"PAR1", "parquet"),
    (b"PARE", "encrypted Parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),
    (b"FEA1", "Feather of version 1"),
    (b"\x89HDF", "HDF5"),
    (b"\xfd7zXZ", "xz"),
    (b"%PDF", "PDF"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x80\x02", "pickle"),
    (b"\x80\x03", "pickle"),
    (b"\x80\x04", "pickle"),
    (b"\x80\x05", "pickle"),
)
_MAGIC_BYTES: Final = 16
_REFUSED: Final = {
    "encrypted Parquet": ("an encrypted Parquet file", "write it without encryption"),
    "Feather of version 1": (
        "a Feather file of version 1",
        "write it again: pyarrow.feather.write_feather(TABLE, FILE) makes version 2",
    ),
}
_WORDS: Final = {"npz": "zip (npz, xlsx, pt)"}
BOM: Final = b"\xef\xbb\xbf"


class Declared(NamedTuple):
    """What the path or the option says before anything is read; `format` is None where the content
    decides."""

    format: str | None
    packing: Packing | None
    by: str


def declared(path: str, option: str | None) -> Declared:
    """The format by `--input-format`, or by the suffix. Raises UnsupportedFormat."""
    suffixes = file_name(path).lower().split(".")[1:]
    packing = PACKINGS.get(suffixes[-1]) if suffixes else None
    if option is not None:
        return _by_option(option, packing)
    if packing is not None:
        suffixes = suffixes[:-1]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _UNREAD:
        raise UnsupportedFormat(f"{path}: .{suffix} is not read", hint=_UNREAD[suffix])
    if packing is not None and FORMATS.get(suffix) in PACKED_INSIDE:
        hint = f"{suffix} compresses its columns itself: unpack it ({packing.unpack}) and give the .{suffix}"
        raise UnsupportedFormat(f"{path}: .{suffix} is not read through {packing.name}", hint=hint)
    return Declared(FORMATS.get(suffix), packing, f"suffix .{suffix}{_suffix_of(packing)}")


def _suffix_of(packing: Packing | None) -> str:
    return f".{packing.suffix}" if packing is not None else ""


def _by_option(option: str, packing: Packing | None) -> Declared:
    word = option.lower().lstrip(".")
    name, dot, suffix = word.partition(".")
    if name not in FORMATS or (dot and suffix not in PACKINGS) or (dot and FORMATS[name] in PACKED_INSIDE):
        known, packed = ", ".join(FORMATS), ", .".join(PACKINGS)
        hint = _UNREAD.get(name, f"one of {known}; a text format also with .{packed} behind it")
        raise UnsupportedFormat(f"--input-format {option} is not read", hint=hint)
    if packing is not None and FORMATS[name] in PACKED_INSIDE:
        raise UnsupportedFormat(f"{name} is not read through {packing.name}", hint=packing.unpack)
    return Declared(FORMATS[name], PACKINGS[suffix] if dot else packing, f"--input-format {option}")


def open_checked(path: str, kind: Declared) -> ByteInput:
    """Open a path, see that its first bytes do not contradict what it is declared to be, and unpack it."""
    stream = ByteInput(path)
    try:
        start = stream.read(_MAGIC_BYTES)
        stream.push(start)
        if not start:
            raise RowsError(f"{stream.name} is empty", hint="the file has no byte; has its writer finished?")
        if kind.packing is not None:
            if not kind.packing.begins(start):
                found = _recognised(start) or f"not {kind.packing.name}"
                raise _contradiction(stream.name, kind, found)
            stream.unpack(kind.packing)
            start = stream.read(_MAGIC_BYTES)
            stream.push(start)
        _check(stream.name, start, kind)
    except BaseException:
        stream.close()
        raise
    return stream


def _recognised(start: bytes) -> str | None:
    return next((name for magic, name in _MAGIC if start.startswith(magic)), None)


def _check(name: str, start: bytes, kind: Declared) -> None:
    found = _recognised(start)
    if found == "UTF-16 text" and kind.format not in BINARY:
        hint = "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
        raise FormatError(f"{name} is UTF-16 text, only UTF-8 is read", hint=hint)
    if found in _REFUSED:
        what, hint = _REFUSED[found]
        raise FormatError(f"{name} is {what}, which is not read", hint=hint)
    if (found is not None or kind.format in BINARY) and found != kind.format:
        raise _contradiction(name, kind, found or f"not {kind.format}")


def _contradiction(name: str, kind: Declared, found: str) -> FormatError:
    promised = kind.format or "text"
    packing = next((one for one in PACKINGS.values() if one.name == found), None)
    if kind.packing is not packing:
        promised += _suffix_of(kind.packing)
    if packing is not None:
        hint = f"rename it to end in .{packing.suffix}, or unpack it: {packing.unpack}"
        if name == "standard input":
            hint = f"unpack it on the way: {packing.unpack} | losscli ..."
    elif kind.packing is not None and found == f"not {kind.packing.name}":
        hint = f"rename it without .{kind.packing.suffix}, or compress it: {kind.packing.pack}"
    elif found in BINARY:
        rename = "" if name == "standard input" else f"rename it to .{found}, or "
        hint = f"{rename}add --input-format {found}"
    else:
        hint = f"is the name right? .{promised} was expected"
    by = kind.by if kind.by != "suffix ." else "no known suffix"
    return FormatError(
        f"{name}: {by} promises {promised}, but the content is {_WORDS.get(found, found)}", hint=hint
    )


def by_content(head: bytes) -> str:
    """The format of text without a known suffix: csv, or JSON when the first character is `[` or `{`.

    JSON of which the first line is complete and another value follows is ndjson.
    """
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    if not text.startswith((b"[", b"{")):
        return "csv"
    import json  # CSV does not need it

    first, _, rest = text.partition(b"\n")
    if not rest.strip():
        return "json"
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    return "ndjson"
