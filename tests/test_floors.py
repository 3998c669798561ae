"""Imports run only downwards, nobody runs text as code; and the checker sees planted breaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.floors import FLOORS, check, floor_of

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "losscli").rglob("*.py"))
FUTURE = "from __future__ import annotations\n"


@pytest.mark.parametrize("path", MODULES)
def test_module_keeps_the_rules(path: str) -> None:
    found = check(path, (ROOT / path).read_text(encoding="utf-8"))
    assert not found, "\n".join(map(str, found))


def test_modules_are_seen() -> None:
    assert "losscli/errors.py" in MODULES
    assert "losscli/registry/record.py" in MODULES


def test_every_room_stands_on_one_floor() -> None:
    rooms = [room for floor in FLOORS for room in floor]
    assert len(rooms) == len(set(rooms))
    assert floor_of("errors") == 1
    assert floor_of("nowhere") is None


GOOD = {
    "downwards": ("losscli/registry/x.py", "from losscli.numerics.exact import ExactSum"),
    "own room": ("losscli/sources/a.py", "from losscli.sources import b"),
    "relative, own room": ("losscli/sources/a.py", "from . import b\nfrom .b import c"),
    "version": ("losscli/report/a.py", "from losscli import __version__"),
    "rich where it belongs": ("losscli/outputs/table.py", "from rich.table import Table"),
    "rich in cli": ("losscli/cli/app.py", "import rich"),
    "a name that only looks like click": ("losscli/report/a.py", "from losscli.report import clicks"),
    "numpy.load without pickles": (
        "losscli/sources/npy.py",
        "import numpy as np\nnp.load('x', allow_pickle=False)",
    ),
    "a method called eval": ("losscli/engine/a.py", "frame.eval('x')"),
    "the package names its rooms": ("losscli/__init__.py", "from losscli.api import compute"),
    "long docstring": (
        "losscli/engine/a.py",
        'def f():\n    """' + "words\n" * 60 + '    """\n    return 1',
    ),
    "many options of a command": ("losscli/cli/commands/a.py", "def f(a, b, c, d, e, g, h): ..."),
    "a method's self": ("losscli/engine/a.py", "class A:\n    def f(self, a, b, c, d, e, g): ..."),
}

PLANTED = {
    "upwards": ("floor", "losscli/numerics/x.py", "from losscli.registry import loss"),
    "upwards, plain import": ("floor", "losscli/numerics/x.py", "import losscli.registry.record"),
    "upwards, from package": ("floor", "losscli/numerics/x.py", "from losscli import registry"),
    "upwards, relative": ("floor", "losscli/numerics/x.py", "from ..registry import loss"),
    "upwards, inside a function": (
        "floor",
        "losscli/engine/x.py",
        "def f():\n    from losscli.api import compute",
    ),
    "upwards, by text": (
        "floor",
        "losscli/engine/x.py",
        "import importlib\nimportlib.import_module('losscli.cli.app')",
    ),
    "the whole package": ("floor", "losscli/engine/x.py", "import losscli"),
    "api of the package": ("unknown room", "losscli/engine/x.py", "from losscli import compute"),
    "neighbours": ("neighbour", "losscli/sources/x.py", "from losscli.outputs import table"),
    "losses know reductions": ("neighbour", "losscli/losses/x.py", "from losscli.reductions import Summary"),
    "no such floor": ("unknown room", "losscli/helpers/x.py", "import math"),
    "rich in a report": ("rich", "losscli/report/x.py", "from rich.table import Table"),
    "rich in a CSV writer": ("rich", "losscli/outputs/csv.py", "def f():\n    import rich"),
    "click": ("forbidden module", "losscli/cli/app.py", "import click"),
    "click from": ("forbidden module", "losscli/cli/app.py", "from click import Context"),
    "vendored click": ("forbidden module", "losscli/cli/app.py", "from typer._click import Context"),
    "pickle": ("forbidden module", "losscli/sources/x.py", "import pickle"),
    "mmap": ("forbidden module", "losscli/sources/x.py", "from mmap import mmap"),
    "eval": ("forbidden call", "losscli/formula.py", "eval('1')"),
    "exec": ("forbidden call", "losscli/formula.py", "exec('1')"),
    "compile": ("forbidden call", "losscli/formula.py", "compile('1', 'f', 'eval')"),
    "allow_pickle": ("pickle", "losscli/sources/npy.py", "np.load('x', allow_pickle=True)"),
    "allow_pickle by a variable": ("pickle", "losscli/sources/npy.py", "np.load('x', allow_pickle=yes)"),
    "numpy.load bare": ("pickle", "losscli/sources/npy.py", "numpy.load('x')"),
    "mapped load": (
        "memory map",
        "losscli/sources/npy.py",
        "np.load('x', allow_pickle=False, mmap_mode='r')",
    ),
    "memmap": ("memory map", "losscli/sources/npy.py", "np.memmap('x')"),
    "arrow's map": ("memory map", "losscli/sources/npy.py", "pa.memory_map('x')"),
    "print": ("voice", "losscli/engine/x.py", "print('done')"),
    "exit": ("voice", "losscli/engine/x.py", "sys.exit(3)"),
    "long file": ("file length", "losscli/engine/x.py", "x = 1\n" * 401),
    "long function": ("function length", "losscli/engine/x.py", "def f():\n" + "    x = 1\n" * 40),
    "long method": (
        "function length",
        "losscli/engine/x.py",
        "class A:\n  def f(self):\n" + "    x = 1\n" * 40,
    ),
    "seven parameters": ("parameters", "losscli/engine/x.py", "def f(a, b, c, d, *, e, g, h): ..."),
    "seven with star": ("parameters", "losscli/engine/x.py", "def f(a, b, c, d, e, *g, **h): ..."),
    "seven in cli, no command": ("parameters", "losscli/cli/app.py", "def f(a, b, c, d, e, g, h): ..."),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_module_passes(name: str) -> None:
    path, source = GOOD[name]
    assert check(path, FUTURE + source) == []


@pytest.mark.parametrize("name", PLANTED)
def test_planted_breach_is_found(name: str) -> None:
    rule, path, source = PLANTED[name]
    found = check(path, FUTURE + source)
    assert [violation.rule for violation in found] == [rule], found
    assert str(found[0]).startswith(f"{path}:")


def test_missing_future_import_is_found() -> None:
    assert [violation.rule for violation in check("losscli/engine/x.py", "def f(): ...")] == ["future"]
    assert check("losscli/engine/__init__.py", '"""Words."""\nLIMIT = 1') == []
