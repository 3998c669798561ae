"""Part files in a whole evaluation: paired, counted, told; and never written over."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import losscli
from losscli.cli.boundary import run
from losscli.errors import ColumnError, OrderError, PairingError

ROWS = 200
SEED = random.Random(7)
TABLE = [(f"k{row:03}", SEED.randint(0, 1), round(SEED.random(), 6)) for row in range(ROWS)]


def write(
    folder: Path, borders: Sequence[int], header: str, line: str, names: str = "part-{:02}.csv"
) -> Path:
    """The table in parts that end at these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    start = 0
    for number, stop in enumerate([*sorted(borders), ROWS]):
        rows = [line.format(key=key, y=y, p=p) for key, y, p in TABLE[start:stop]]
        (folder / names.format(number)).write_text("".join([header, *rows]), encoding="ascii")
        start = stop
    return folder


def both(
    path: Path, ours: Sequence[int] = (50, 120), theirs: Sequence[int] = (10, 20, 20, 199)
) -> tuple[Path, Path]:
    return write(path / "y", ours, "y\n", "{y}\n"), write(path / "p", theirs, "p\n", "{p}\n")


def plain(report: Any) -> dict[str, Any]:
    """The report without what says how its inputs lay on the disk."""
    found: dict[str, Any] = json.loads(json.dumps(report.plain()))
    for entry in found["inputs"]:
        entry.pop("source")
        entry.pop("parts", None)
    return found


def codes(report: Any) -> list[str]:
    return [finding.code for finding in report.warnings]


@settings(max_examples=50)
@given(
    ours=st.lists(st.integers(0, ROWS), max_size=6),
    theirs=st.lists(st.integers(0, ROWS), max_size=6),
    size=st.sampled_from([None, 16, 500]),
    jobs=st.sampled_from([1, 2]),
)
def test_borders_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, ours: list[int], theirs: list[int], size: int | None, jobs: int
) -> None:
    path = tmp_path_factory.mktemp("parts")
    y, p = both(path, ours, theirs)
    one, other = both(path / "whole", (), ())
    options: dict[str, Any] = {"rows": 20, "block_bytes": size, "jobs": jobs, "reduction": "mean,std,median"}
    parts = losscli.compute("bce,mae", str(y), f"{p}/part-*.csv", **options)
    whole = losscli.compute("bce,mae", f"{one}/part-00.csv", f"{other}/part-00.csv", **options)
    assert plain(parts) == plain(whole)


def test_two_columns_of_one_folder_are_read_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", (3, 90), "y,p\n", "{y},{p}\n")
    report = losscli.compute("bce", f"{folder}/:y", ":p")
    y, p = both(tmp_path, (), ())
    assert (
        report.results[0].headline
        == losscli.compute("bce", y / "part-00.csv", p / "part-00.csv").results[0].headline
    )
    assert [entry["parts"] for entry in report.plain()["inputs"]] == [3, 3]
    assert "parts" not in losscli.compute("bce", f"{folder}/part-00.csv:y", ":p").plain()["inputs"][0]


def test_keys_pair_over_all_parts(tmp_path: Path) -> None:
    y = write(tmp_path / "y", (70,), "id,y\n", "{key},{y}\n")
    p = write(tmp_path / "p", (20, 40), "id,p\n", "{key},{p}\n")
    for number, name in enumerate(("c", "a", "b")):  # the parts come in another order
        (p / f"part-{number:02}.csv").rename(p / f"{name}.csv")
    report = losscli.compute("bce", y, p, id="id")
    assert report.rows.scored == ROWS
    assert "W106" not in codes(report)
    (p / "d.csv").write_text("id,p\nk000,0.5\nzzz,0.5\n", encoding="ascii")
    with pytest.raises(PairingError, match=r"k000 \(.*c\.csv:2, .*d\.csv:2\)") as caught:
        losscli.compute("bce", y, p, id="id")
    assert str(caught.value.place) == f"{p}/d.csv:2:1"
    (p / "d.csv").write_text("id,p\nzzz,0.5\n", encoding="ascii")
    with pytest.raises(PairingError, match=r"1 key of .*p is not in .*y: zzz \(.*d\.csv:2\)"):
        losscli.compute("bce", y, p, id="id")


def test_lengths_and_orders_that_differ_name_the_part(tmp_path: Path) -> None:
    y, p = both(tmp_path)
    with (p / "part-04.csv").open("a", encoding="ascii") as file:
        file.write("0.5\n")
    with pytest.raises(PairingError, match=r"y has 200 rows, .*p has 201 rows") as caught:
        losscli.compute("bce", y, p)
    assert str(caught.value.place) == f"{p}/part-04.csv:3"
    y = write(tmp_path / "ky", (70,), "id,y\n", "{key},{y}\n")
    p = write(tmp_path / "kp", (20, 40), "id,p\n", "{key},{p}\n")
    (p / "part-02.csv").rename(p / "a.csv")
    with pytest.raises(OrderError, match=r"'k000' in the same row of .*ky/part-00\.csv:2") as order:
        losscli.compute("bce", f"{y}/:y", f"{p}/:p")
    assert str(order.value.place).startswith(f"{p}/a.csv:2")


def test_labels_are_coded_alike_in_all_parts(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    for number, rows in enumerate(("cat,0.2\n", "dog,0.9\ncat,0.1\n")):
        (folder / f"{number}.csv").write_text("y,dog\n" + rows, encoding="ascii")
    whole = tmp_path / "whole.csv"
    whole.write_text("y,dog\ncat,0.2\ndog,0.9\ncat,0.1\n", encoding="ascii")
    one, other = losscli.compute("bce", f"{folder}/:y", ":dog"), losscli.compute("bce", f"{whole}:y", ":dog")
    assert plain(one) == plain(other)


def test_weights_and_groups_may_be_folders(tmp_path: Path) -> None:
    y, p = both(tmp_path)
    weights = write(tmp_path / "w", (100,), "w\n", "{p}\n")
    one = losscli.compute("bce", y, p, weight=f"{weights}/")
    other = losscli.compute("bce", y, p, weight=f"{weights}/*.csv:w")
    assert one.results[0].headline == other.results[0].headline
    with pytest.raises(ColumnError):
        losscli.compute("bce", y, p, weight="w")


def test_numbers_that_run_backwards_are_told(tmp_path: Path) -> None:
    borders = tuple(range(10, 120, 10))
    y = write(tmp_path / "y", borders, "y\n", "{y}\n", "part-{}.csv")
    p = write(tmp_path / "p", borders, "p\n", "{p}\n", "part-{}.csv")
    assert codes(losscli.compute("bce", y, p)) == []  # part by part, whatever the order
    report = losscli.compute("bce", y, write(tmp_path / "q", (), "p\n", "{p}\n") / "part-00.csv")
    (finding,) = report.warnings
    assert finding.code == "W106"
    assert "part-11.csv before part-2.csv" in finding.message
    assert "W106" in json.dumps(report.plain()["warnings"])
    other = write(tmp_path / "o", (10, 20, 40, *borders[4:]), "p\n", "{p}\n", "part-{}.csv")
    assert codes(losscli.compute("bce", y, other)) == ["W106", "W106"]
    both_in_one = write(tmp_path / "d", borders, "y,p\n", "{y},{p}\n", "part-{}.csv")
    assert codes(losscli.compute("bce", f"{both_in_one}/:y", ":p")) == []


def test_empty_parts_are_told(tmp_path: Path) -> None:
    y, p = both(tmp_path)
    (y / "part-99.csv").touch()
    (finding,) = losscli.compute("bce", y, p).warnings
    assert finding.code == "W107"
    assert finding.message.startswith(f"1 of 4 parts of {y} is empty: {y}/part-99.csv")


def test_states_keep_what_was_told_of_the_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    y, p = both(tmp_path)
    (y / "part-99.csv").touch()
    y2, p2 = both(tmp_path / "more", (3,), ())
    for number, (ours, theirs) in enumerate(((y, p), (y2, p2))):
        assert (
            run(
                [
                    "compute",
                    "bce",
                    str(ours),
                    str(theirs),
                    "--state",
                    f"{tmp_path}/{number}.json",
                    "-f",
                    "json",
                ]
            )
            == 0
        )
    capsys.readouterr()
    assert run(["merge", f"{tmp_path}/0.json", f"{tmp_path}/1.json", "-f", "json"]) == 0
    merged = json.loads(capsys.readouterr().out)
    assert [entry["parts"] for entry in merged["inputs"]] == [6, 6]
    assert [warning["code"] for warning in merged["warnings"]] == ["W107"]


# --- the command line


def called(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = run(shlex.split(line))
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def test_the_number_of_parts_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, out, err = called("compute bce y/ 'p/*.csv' -f markdown -v", capsys)
    assert code == 0
    assert "target y/ (3 parts), prediction p/*.csv (5 parts), by position" in out.replace("\\", "")
    assert "note: target y/: 3 parts; csv; header: " in err


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("compute bce y p -o y/part-01.csv", 2, "y/part-01.csv is also an input"),
        ("compute bce y p -o csv=y/new", 2, "y/new would be a part of the input y"),
        ("compute bce y 'p/*.csv' -o p/new.csv", 2, "p/new.csv would be a part of the input p/*.csv"),
        ("compute bce y 'p/*.csv' --per-sample p/new.csv", 2, "p/new.csv would be a part"),
        ("compute bce y 'p/*.csv' --state p/new.csv", 2, "p/new.csv would be a part"),
        ("compute bce target=y prediction=p -o p/new.json", 2, "p/new.json would be a part"),
        ("explain bce y p --row 3 -o y/new.json", 2, "y/new.json would be a part"),
        ("compute bce y 'p/*.csv' -o p/new.json -f value", 0, ""),
        ("compute bce y p -o y/_new.json -f value", 0, ""),
        ("compute bce y 'p/*.tsv'", 4, "no file matches p/*.tsv"),
        ("compute bce y none", 4, "there is no file none"),
        ("compute bce y e", 3, "the folder e holds no part file"),
        ("compute bce y 'e/*'", 4, "no file matches e/*"),
        (
            "compute bce y p/part-00.csv p/part-01.csv p/part-02.csv",
            2,
            "quote a pattern such as 'part-*.csv'",
        ),
    ],
)
def test_what_is_refused(
    line: str,
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    both(tmp_path)
    (tmp_path / "e").mkdir()
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.glob("[yp]/[!_]*.csv"))
    found, out, err = called(line, capsys)
    assert found == code, err
    assert said in err
    if code:
        assert out == ""
        assert sorted(path.name for path in tmp_path.glob("[yp]/[!_]*.csv")) == before


def test_one_row_of_many_parts_is_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, out, _ = called("explain bce y p --row 121 -f json", capsys)
    assert code == 0
    (trace,) = json.loads(out)["traces"]
    assert f"{TABLE[120][2]:g}" in json.dumps(trace)
