"""The scanner of TOML finds every key that tomllib finds, in the line where a person sees it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.analysis.config_places import KeyPath, key_places


def paths(value: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key and list element of what tomllib gives."""
    yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*above, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from paths(inner, (*above, position))


FILES = {
    "comments with brackets": (
        '# [[check]]\nkey = 1 # ]] # [a]\n[a] # [b]\nx = "# no comment" # yes\n',
        {("key",): (2, 1), ("a",): (3, 1), ("a", "x"): (4, 1)},
    ),
    "arrays of tables": (
        '[[check]]\nname = "a"\n\n  [[check]]\n  name = "b"\n[check.max]\nbce = 1\n',
        {
            ("check",): (1, 1),
            ("check", 0): (1, 1),
            ("check", 0, "name"): (2, 1),
            ("check", 1): (4, 3),
            ("check", 1, "name"): (5, 3),
            ("check", 1, "max"): (6, 1),
            ("check", 1, "max", "bce"): (7, 1),
        },
    ),
    "nested arrays of tables": (
        "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\nx = 3\n[a.b.c]\ny = 1\n",
        {
            ("a", 0, "b", 0, "x"): (3, 1),
            ("a", 0, "b", 1): (4, 1),
            ("a", 1): (6, 1),
            ("a", 1, "b", 0, "x"): (8, 1),
            ("a", 1, "b", 0, "c", "y"): (10, 1),
        },
    ),
    "dotted keys": (
        'a.b.c = 1\na . "b.d" = 2\n\'a\'."\\u0062".e = 3\n',
        {
            ("a",): (1, 1),
            ("a", "b"): (1, 3),
            ("a", "b", "c"): (1, 5),
            ("a", "b.d"): (2, 5),
            ("a", "b", "e"): (3, 14),
        },
    ),
    "inline tables": (
        'max = { "bce@eu" = 0.4, n.x = [1, {y = "}"}], z = "{" } # }\nmin = {}\n',
        {
            ("max", "bce@eu"): (1, 9),
            ("max", "n", "x"): (1, 27),
            ("max", "n", "x", 1): (1, 35),
            ("max", "n", "x", 1, "y"): (1, 36),
            ("max", "z"): (1, 47),
            ("min",): (2, 1),
        },
    ),
    "lists over lines": (
        'sources = [ # [\n  "y.csv:a]b",\n  # "nothing",\n  [1,\n  2], ]\nnext = 1\n',
        {("sources", 0): (2, 3), ("sources", 1): (4, 3), ("sources", 1, 1): (5, 3), ("next",): (6, 1)},
    ),
    "multi-line strings": (
        (
            'a = """\n[check]\nb = 1\n\\"""\n"" """"\nc = \'\'\'\nd = """\n\'\' \'\'\'\'\'\n'
            'e = """x"""""\nf = """\\\n  """\ng = 1\n'
        ),
        {("a",): (1, 1), ("c",): (6, 1), ("e",): (9, 1), ("f",): (10, 1), ("g",): (12, 1)},
    ),
    "strings with signs": (
        'a = "\\\\"\nb = "\\" # ] }"\nc = \'\\\'\nd = "=["\n"e=f" = 1\n\'\' = 2\n',
        {("b",): (2, 1), ("c",): (3, 1), ("d",): (4, 1), ("e=f",): (5, 1), ("",): (6, 1)},
    ),
    "the same names in different tables": (
        (
            "name = 0\n[a]\nname = 1\n[b]\nname = 2\n[a.name2]\nname = 3\n"
            "[[b.name3]]\nname = 4\n[[b.name3]]\nname = 5\n"
        ),
        {
            ("name",): (1, 1),
            ("a", "name"): (3, 1),
            ("b", "name"): (5, 1),
            ("a", "name2", "name"): (7, 1),
            ("b", "name3", 1, "name"): (11, 1),
        },
    ),
    "values of every kind": (
        "a = 1979-05-27 07:32:00Z\nb = 07:32:00\nc = [1e-3, -inf, true]\nd = 0x_f\n".replace("0x_f", "0xf_f"),
        {("b",): (2, 1), ("c", 2): (3, 18), ("d",): (4, 1)},
    ),
    "no line end, blanks before keys": ("\n\n \t key\t=\t1", {("key",): (3, 4)}),
    "wide letters": (
        '[["größe"]]\n"ключ" = {"é" = 1}',
        {("größe", 0): (1, 1), ("größe", 0, "ключ", "é"): (2, 11)},
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_places_are_where_a_person_sees_them(name: str, ends: str) -> None:
    text, wanted = FILES[name]
    found = key_places(text.replace("\n", ends))
    assert {path: tuple(found[path]) for path in wanted} == wanted
    assert set(found) == set(paths(tomllib.loads(text.replace("\n", ends))))


KEYS = st.one_of(
    st.sampled_from(["a", "b", "check", "max"]), st.text(st.characters(codec="utf-8"), max_size=6)
)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.floats(allow_nan=False),
    st.text(st.sampled_from("[]{}#=,.\"'\\\n x"), max_size=8),
    st.just(date(1979, 5, 27)),
    st.just(datetime(1979, 5, 27, 7, 32)),  # noqa: DTZ001 - TOML has local times
    st.just(time(7, 32)),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def quoted(text: str) -> str:
    escaped = "".join(
        f"\\U{ord(sign):08x}" if ord(sign) < 32 or ord(sign) == 127 or sign in '"\\' else sign
        for sign in text
    )
    return f'"{escaped}"'


def written(value: Any, draw: Any) -> str:
    """A value as TOML, with blanks, comments and line ends where it allows them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        if "'''" not in value and not value.endswith("'") and draw(st.booleans()):
            return f"'''\n{value}'''"
        if "\\" not in value and '"' not in value and draw(st.booleans()):
            return f'"""\n{value}"""'
        return quoted(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, list):
        gap = draw(st.sampled_from([" ", "\n", " # ] , [\n", ""]))
        return "[" + gap + "".join(f"{written(entry, draw)}{gap},{gap}" for entry in value) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{quoted(key)} = {written(entry, draw)}" for key, entry in value.items()) + " }"
        )
    return repr(value)


def document(table: dict[str, Any], draw: Any, above: tuple[str, ...] = ()) -> str:
    """A table as TOML: as pairs, as tables of their own, as arrays of tables."""
    lines, tables = [], []
    for key, value in table.items():
        header = ".".join(map(quoted, (*above, key)))
        if isinstance(value, dict) and draw(st.booleans()):
            tables.append(f"[{header}] # [x]\n" + document(value, draw, (*above, key)))
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            tables += [f" [[ {header} ]]\n" + document(one, draw, (*above, key)) for one in value]
        else:
            lines.append(f"{quoted(key)} = {written(value, draw)} # [{quoted(key)}]\n")
    return "".join(lines + tables)


@given(st.dictionaries(KEYS, TREES, max_size=4), st.data())
def test_every_key_of_any_file_is_found(table: dict[str, Any], data: st.DataObject) -> None:
    text = document(table, data.draw)
    found = tomllib.loads(text)
    assert set(key_places(text)) == set(paths(found))


def test_a_key_stands_where_its_place_says() -> None:
    text = "\n".join(f"[t{n}]\nkey{n} = [\n{n},\n]" for n in range(50))
    lines = text.splitlines()
    for path, (line, column) in key_places(text).items():
        if len(path) == 2:
            assert lines[line - 1][column - 1 :].startswith(str(path[1]))


def test_a_text_that_is_no_toml_is_left_at_the_first_doubt() -> None:
    for text in ("a = [1", "a = {b", "a = }", "= 1", "[a", "a = [}]", "a = '''x", "a"):
        assert () in key_places(text)
