"""The rules of the house as functions over source text: who may import whom, and what nobody may do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(rooms.split())
    for rooms in (
        "records",
        "errors arrays workers",
        "decimals simplify storage",
        "domains formula",
        "params",  # its intervals are domains, so it stands half a floor above them
        "numerics",
        "registry statistics",
        "losses reductions report",
        "sources outputs",
        "align",
        "engine",
        "analysis",
        "plots",
        "api",
        "cli",
        "__main__",
    )
)
PACKAGE = "losscli"
MAIN = "__init__"
"""The package itself re-exports lazily, so it may name any room; others may take its version."""

RICH = ("losscli/outputs/table", "losscli/cli/")
VOICES = ("losscli/cli/", "losscli/__main__.py")
FORBIDDEN_MODULES = frozenset(
    [
        "click",
        "pickle",
        "cPickle",
        "_pickle",
        "cloudpickle",
        "dill",
        "joblib",
        "marshal",
        "shelve",
        "mmap",
        "code",
        "codeop",
        "runpy",
    ]
)
FORBIDDEN_CALLS = frozenset(["eval", "exec", "compile", "__import__"])
LINES, FUNCTION_LINES, PARAMETERS = 400, 40, 6


@dataclass(frozen=True)
class Violation:
    """One broken rule: the rule's name, where, and what."""

    rule: str
    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.words}"


def floor_of(room: str) -> int | None:
    """The number of the floor a room stands on; None when the table does not know it."""
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def room_of(path: str) -> str:
    """The room of ``losscli/numerics/exact.py`` is numerics, of ``losscli/errors.py`` errors."""
    return Path(path).with_suffix("").parts[1]


def check(path: str, source: str) -> list[Violation]:
    """Every rule that one module breaks. `path` is relative to the repository: ``losscli/room/file.py``."""
    tree = ast.parse(source)
    found = [Violation(rule, path, line, words) for rule, line, words in _all_rules(path, source, tree)]
    return sorted(found, key=lambda violation: violation.line)


Finding = tuple[str, int, str]


def _all_rules(path: str, source: str, tree: ast.Module) -> Iterator[Finding]:
    yield from _imports(path, tree)
    yield from _calls(path, tree)
    yield from _sizes(path, source, tree)
    defines = any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for node in ast.walk(tree)
    )
    if defines and "__future__.annotations" not in {name for _, name in imported(path, tree)}:
        yield "future", 1, "`from __future__ import annotations` is missing"


def imported(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module that is imported anywhere, also inside functions, by its absolute dotted name."""
    package = list(Path(path).parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func).endswith("import_module") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def _imports(path: str, tree: ast.Module) -> Iterator[Finding]:
    room = room_of(path)
    own = floor_of(room)
    if own is None and room != MAIN:
        yield "unknown room", 1, f"{room} stands on no floor"
        return
    for line, name in imported(path, tree):
        parts = name.split(".")
        if parts[0] == "rich" and not path.startswith(RICH):
            yield "rich", line, "only outputs/table and cli draw with rich"
        if FORBIDDEN_MODULES & set(parts[:1]) or parts[:2] == ["typer", "_click"]:
            yield "forbidden module", line, name
        if parts[0] == PACKAGE and room != MAIN and name != f"{PACKAGE}.__version__":
            yield from _between_rooms(room, own or 0, line, parts)


def _between_rooms(room: str, own: int, line: int, parts: list[str]) -> Iterator[Finding]:
    if len(parts) == 1:
        yield "floor", line, "the package itself is the top floor"
        return
    other = parts[1]
    floor = floor_of(other)
    if floor is None:
        yield "unknown room", line, f"{other} stands on no floor"
    elif other != room and floor > own:
        yield "floor", line, f"{room} (floor {own}) imports {other} (floor {floor})"
    elif other != room and floor == own:
        yield "neighbour", line, f"{room} and {other} stand on one floor"


def _calls(path: str, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in FORBIDDEN_CALLS:
            yield "forbidden call", node.lineno, f"{name}()"
        if name in ("print", "sys.exit", "os._exit", "exit", "quit") and not path.startswith(VOICES):
            yield "voice", node.lineno, f"{name}(): the library neither prints nor exits"
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        pickles = options.get("allow_pickle")
        if pickles is not None and not (isinstance(pickles, ast.Constant) and pickles.value is False):
            yield "pickle", node.lineno, "allow_pickle must be False"
        if name in ("np.load", "numpy.load") and pickles is None:
            yield "pickle", node.lineno, "numpy.load without allow_pickle=False"
        if "mmap_mode" in options or name in ("np.memmap", "numpy.memmap"):
            yield "memory map", node.lineno, "user data is never mapped"
        if name.endswith("memory_map"):
            yield "memory map", node.lineno, "user data is never mapped"


def _sizes(path: str, source: str, tree: ast.Module) -> Iterator[Finding]:
    lines = len(source.splitlines())
    if lines > LINES:
        yield "file length", LINES + 1, f"{lines} lines, {LINES} are allowed"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = _length(node)
            if length > FUNCTION_LINES:
                yield "function length", node.lineno, f"{node.name} has {length} lines"
            count = _parameters(node)
            if count > PARAMETERS and not path.startswith("losscli/cli/commands/"):
                yield "parameters", node.lineno, f"{node.name} takes {count} parameters: make a record"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = node.args
    names = [entry.arg for entry in (*given.posonlyargs, *given.args)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return len(names) + len(given.kwonlyargs) + (given.vararg is not None) + (given.kwarg is not None)


def _name(node: ast.expr) -> str:
    """The dotted name of what is called; empty when it is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _name(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""
