"""Drawn pictures: in the terminal of the asked size, as files of the same bytes, no text over another."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.outputs.view import View
from losscli.plots import files
from losscli.plots.drawing import picture_lines
from losscli.report.figure import PlotReport
from tests.cli.shell import HERE, environment, losscli
from tests.plots.pictures import PICTURES, made

ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)


def lines_of(report: PlotReport, view: View, height: int) -> list[str]:
    return "".join(picture_lines(report, view, height)).splitlines()


@pytest.mark.parametrize("words", PICTURES)
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50), (40, 16)])
def test_a_terminals_picture_keeps_its_size(words: str, width: int, height: int) -> None:
    lines = lines_of(made(words), View(width=width), height)
    assert max(map(len, lines)) <= width
    if width >= 80:
        assert len(lines) <= height
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("words", PICTURES)
def test_a_terminal_that_cannot_draw_gets_ascii(words: str) -> None:
    text = "\n".join(lines_of(made(words), View(drawing=False), 24))
    assert text.isascii()
    assert ESCAPE not in text


def test_colour_is_there_only_where_the_view_has_it() -> None:
    report = made(PICTURES[0])
    plain = lines_of(report, View(), 24)
    coloured = lines_of(report, View(colour=True), 24)
    assert any(ESCAPE in line for line in coloured)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


@pytest.mark.parametrize("words", PICTURES)
@pytest.mark.parametrize("inches", [(7.5, 5.0), (3.5, 3.0)])
def test_no_text_lies_over_another(words: str, inches: tuple[float, float]) -> None:
    boxes = text_boxes(made(words), inches)
    assert len(boxes) > 4
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.overlaps(second), (one, other)
    for text, box in boxes:
        width, height = (side * files._DPI for side in inches)
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y1 <= height + 1, text


def text_boxes(report: PlotReport, inches: tuple[float, float]) -> list[tuple[str, object]]:
    from matplotlib.text import Text

    with files._calm():
        figure = files.draw_figure(report, inches)
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        drawn = [
            artist for artist in figure.findobj(Text) if artist.get_text().strip() and artist.get_visible()
        ]
        return [(artist.get_text(), artist.get_window_extent(renderer).padded(-1)) for artist in drawn]


def test_overlaps_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_share", lambda figure, points: 1e-9)
    boxes = text_boxes(made(PICTURES[0]), (7.5, 5.0))
    assert any(
        first.overlaps(second)  # type: ignore[attr-defined]
        for (_, first), (_, second) in itertools.combinations(boxes, 2)
    )


STARTS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 30\nsvg.fonttype: none\nsavefig.dpi: 20\n", encoding="ascii")
    outputs = [word for form in STARTS for word in ("-o", str(tmp_path / f"again.{form}"))]
    found = subprocess.run(
        [sys.executable, "-m", "losscli", *PICTURES[0].split(), *outputs],
        capture_output=True,
        text=True,
        cwd=HERE,
        env=environment({"MATPLOTLIBRC": str(settings), "SOURCE_DATE_EPOCH": "1", "TZ": "Asia/Tokyo"}),
    )
    assert (found.returncode, found.stderr) == (0, "")
    for form, start in STARTS.items():
        drawn = api.draw(made(PICTURES[0]), form)
        assert drawn.startswith(start)
        assert (tmp_path / f"again.{form}").read_bytes() == drawn


def test_colours_and_markers_all_differ() -> None:
    assert len(set(files.COLOURS)) == len(files.MARKERS) == len(set(files.MARKERS)) == 8


def test_without_matplotlib_a_file_is_a_wrong_call_and_the_terminal_draws(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, sys; find = u.find_spec;"
        "u.find_spec = lambda name, *rest: None if name == 'matplotlib' else find(name, *rest);"
        "sys.modules['matplotlib'] = None;"
        "from losscli.cli.boundary import run; sys.exit(run(sys.argv[1:]))"
    )
    target = tmp_path / "a.png"
    for words, status in ((["-o", str(target)], 2), (["-f", "table"], 0)):
        found = subprocess.run(
            [sys.executable, "-c", code, "plot", "curve", "mse", *words],
            capture_output=True,
            text=True,
            cwd=HERE,
            env=environment(),
        )
        assert found.returncode == status
        if status:
            assert found.stdout == ""
            assert "pip install 'losscli[plot]'" in found.stderr
            assert len(found.stderr.splitlines()) == 2
    assert not target.exists()


@pytest.mark.parametrize("words", PICTURES)
def test_all_formats_print_the_same_numbers(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for form in ("json", "csv", "plain"):
        assert run([*words.split(), "-f", form]) == 0
        found[form] = capsys.readouterr().out
    series = [entry for panel in json.loads(found["json"])["panels"] for entry in panel["series"]]
    numbers = [y for entry in series for y in entry["y"]]
    for panel in json.loads(found["json"])["panels"]:
        numbers += [value for row in panel.get("grid", {"values": []})["values"] for value in row]
    rows = [line.split(",") for line in found["csv"].splitlines()]
    assert len(rows) - 1 == len(numbers) > 0
    facts = len(json.loads(found["json"])["facts"])
    assert len([key for key in json.loads(found["json"])["facts"] if not key.endswith("_status")]) <= facts
    report = made(words)
    assert len(found["plain"].splitlines()) == len(report.facts) + len(numbers)


def test_a_pipe_gets_numbers_and_a_file_the_picture(tmp_path: Path) -> None:
    target = tmp_path / "curve.txt"
    found = losscli("plot", "curve", "mse", "-o", str(target))
    assert found.returncode == 0
    assert found.stdout.splitlines()[0] == "loss\tmse\t-3.0\t9.0"
    assert "└" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "--size 80",
        "--size 3x3",
        "--size 80.5x24",
        "--inches 7x5",
        "-o a.png --inches 0.1x5",
        "--target x",
        "--range 3",
    ],
)
def test_a_size_that_nobody_can_read_is_a_wrong_call(
    words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["plot", "curve", "mse", *words.split()]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "hint: " in error
    assert not list(tmp_path.iterdir())


def test_help_and_other_commands_import_nothing_of_it() -> None:
    code = (
        "import sys; from losscli.cli.boundary import run; run(sys.argv[1:]);"
        "print([name for name in sys.modules if 'matplotlib' in name or name.startswith('losscli.plots')])"
    )
    for words, most in (
        (["plot", "-h"], 2),
        (["compute", "mse", "sample_data/diabetes.csv:target", ":prediction"], 0),
    ):
        found = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=HERE, env=environment()
        )
        assert found.returncode == 0
        assert len(json.loads(found.stdout.splitlines()[-1].replace("'", '"'))) <= most


def test_the_picture_fills_the_window_but_for_the_prompt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "40")
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["plot", "curve", "mse", "-f", "table"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 38 <= len(lines) <= 39
    assert 95 <= max(map(len, lines)) <= 100
    assert run(["plot", "curve", "mse", "-f", "table", "--size", "50x12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 13
    assert max(map(len, lines)) <= 50


@pytest.mark.parametrize("words", PICTURES)
def test_a_small_window_keeps_both_panels(words: str) -> None:
    lines = lines_of(made(words), View(width=60), 20)
    for panel in made(words).panels:
        assert any(panel.y.label.split()[0] in line for line in lines)
