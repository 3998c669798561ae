"""losscli gives what other libraries gave; asked again where they are installed, they still give it."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.engine.score import headline_of
from losscli.errors import LosscliError
from losscli.registry import BoundLoss, Loss, bind
from losscli.registry.checking import check_arrays
from tests.golden.cases import Asked, Case
from tests.golden.making import CASES, FAMILIES, FOLDER, SINGLE, answer, path_of, questions, random_arrays
from tests.golden.samples.foreign import resolve
from tests.losses_under_test import LOSSES, by_name
from tests.settings import FRESH_SEED

ALL = tuple(case for cases in CASES.values() for case in cases)
TOLERANCE = {"float64": 1e-12, "float32": 4e-6}
"""Of the value's own size, at least 0.1 (in single precision also of the largest): what others round."""
MODULES = {"scikit-learn": "sklearn"}


def entries() -> list[dict[str, Any]]:
    """Every committed answer."""
    return [entry for family in FAMILIES for entry in json.loads(path_of(family).read_text(encoding="ascii"))]


def words(entry: Any) -> str:
    """How an entry, a case or a question is shown."""
    if isinstance(entry, Mapping):
        return f"{entry['library']}-{entry['loss']}-{entry['case']}".replace(" ", "_")
    if isinstance(entry, Case):
        return f"{entry.loss}-{entry.name}".replace(" ", "_")
    return str(entry).replace(" ", "_")


def ours(asked: Mapping[str, Any], arrays: list[Any], weights: Any) -> Any:
    """What losscli gives for the same question."""
    bound = bind(asked["loss"], **asked["params"], as_=asked["as"] or None)
    if asked["reduction"] == "columns":
        return [
            headline(bound, [np.asarray(array)[:, at] for array in arrays], None)
            for at in range(np.shape(arrays[0])[1])
        ]
    if asked["reduction"] == "none":
        return bound.rows(check_arrays(bound.loss, bound.inputs, arrays, bound.params))
    return headline(bound, arrays, None if weights is None else np.asarray(weights, dtype=np.float64))


def headline(bound: BoundLoss, arrays: list[Any], weights: Any) -> float:
    """The number of all rows together."""
    blocks = check_arrays(bound.loss, bound.inputs, arrays, bound.params)
    return headline_of(bound, blocks, weights).value


def agree(got: Any, expected: Any, dtype: str) -> None:
    """Fail unless two results are the same within what the foreign type can hold."""
    got, expected = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert got.shape == expected.shape
    finite = np.isfinite(expected)
    assert np.array_equal(got[~finite], expected[~finite], equal_nan=True)
    got, expected = got[finite], expected[finite]
    size = np.abs(expected) + (np.abs(expected).max(initial=0.0) if dtype == "float32" else 0.0)
    off = np.abs(got - expected) > TOLERANCE[dtype] * np.maximum(size, 0.1)
    assert not off.any(), f"losscli {got[off][:3]}, expected {expected[off][:3]}"


@pytest.mark.parametrize("entry", entries(), ids=words)
def test_gives_what_others_gave(entry: Mapping[str, Any]) -> None:
    arrays = [np.asarray(values) for values in entry["inputs"].values()]
    got = ours(entry, arrays, entry["weights"])
    agree(got, entry["values"], entry["dtype"])


@pytest.mark.parametrize("case", [case for case in ALL if case.printed is not None], ids=words)
def test_gives_what_introductions_print(case: Case) -> None:
    arrays = [case.arrays[name] for name in case.inputs]
    weights = case.arrays.get("w")
    reduction = "none" if isinstance(case.printed, list) else "mean"
    asked = {"loss": case.loss, "params": dict(case.params), "as": "", "reduction": reduction}
    got = np.asarray(ours(asked, arrays, weights))
    assert got.shape == np.shape(case.printed)
    assert np.abs(got - case.printed).max() <= 0.5e-4 + 1e-12


def test_a_value_that_is_a_little_off_is_found() -> None:
    entry = next(entry for entry in entries() if entry["loss"] == "mse" and entry["dtype"] == "float64")
    wrong = np.asarray(entry["values"]) * (1.0 + 1e-11)
    with pytest.raises(AssertionError, match="expected"):
        agree(wrong, entry["values"], "float64")
    with pytest.raises(AssertionError):
        agree(np.asarray(entry["values"])[..., None], entry["values"], "float64")


# --- the scripts ----------------------------------------------------------------------------------


def imports_losscli(source: str) -> bool:
    """Whether a script imports the library whose values it is meant to judge."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if node.value.replace(".", "").replace("_", "").isalnum() else []
        if any(name == "losscli" or name.startswith("losscli.") for name in names):
            return True
    return False


def scripts() -> Iterator[Path]:
    """Everything that a golden value is made with: all but the tests."""
    return (path for path in FOLDER.rglob("*.py") if not path.name.startswith("test_"))


def test_scripts_do_not_import_losscli() -> None:
    found = sorted(path.relative_to(FOLDER).as_posix() for path in scripts())
    assert {"make.py", "boosters.py", *(f"{family}_cases.py" for family in FAMILIES)} <= set(found)
    guilty = [path.name for path in scripts() if imports_losscli(path.read_text(encoding="utf-8"))]
    assert not guilty


def test_scripts_lead_to_no_module_that_imports_losscli() -> None:
    allowed = ("tests.golden.", "tests.golden")
    for path in scripts():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
                assert (node.module or "").startswith(allowed), f"{path.name}: {node.module}"


@pytest.mark.parametrize(
    "source",
    [
        "import losscli",
        "from losscli.losses import bce",
        "def f():\n    import losscli.api as a",
        "importlib.import_module('losscli.registry')",
        "from losscli import losses",
    ],
)
def test_a_script_that_imports_losscli_is_found(source: str) -> None:
    assert imports_losscli(source)
    assert not imports_losscli("import torch\nx = 'never losscli, really'")


# --- completeness ---------------------------------------------------------------------------------


def test_every_question_has_its_answer() -> None:
    asked = {(q.call.library, case.loss, case.name, str(q.call), q.convention) for case, q in questions()}
    answered = {
        (entry["library"], entry["loss"], entry["case"], entry["call"], entry["as"]) for entry in entries()
    }
    assert asked == answered
    inputs = {(entry["loss"], entry["case"]): entry["inputs"] for entry in entries()}
    for case in ALL:
        assert inputs[case.loss, case.name] == {name: case.arrays[name].tolist() for name in case.inputs}


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_every_loss_has_golden_values(loss: Loss) -> None:
    assert any(entry["loss"] == loss.name for entry in entries())


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_every_convention_has_golden_values(loss: Loss) -> None:
    """One that gives our number gave it; one that does not is followed, and on some row differs from ours."""
    own = [entry for entry in entries() if entry["loss"] == loss.name]
    for convention in loss.conventions:
        library = "scikit-learn" if convention.framework == "sklearn" else convention.framework
        answers = [entry for entry in own if entry["library"] == library]
        assert answers, f"the record speaks of {convention.call}; nobody asked {library}"
        if convention.same:
            continue
        follows = bind(loss.name, as_=f"{convention.framework}.{convention.name}").convention
        followed = [entry for entry in answers if convention_of_answer(entry) is follows]
        assert followed, f"no answer follows {convention.framework}.{convention.name}"
        assert any(differs_from_ours(entry) for entry in followed), f"{convention.call} never differs"


def convention_of_answer(entry: Mapping[str, Any]) -> Any:
    """The convention that an answer follows, None for the plain number."""
    return bind(entry["loss"], as_=entry["as"]).convention if entry["as"] else None


def differs_from_ours(entry: Mapping[str, Any]) -> bool:
    """Whether the plain loss gives another number than the answer, or does not take the inputs."""
    arrays = [np.asarray(values) for values in entry["inputs"].values()]
    try:
        agree(ours({**entry, "as": ""}, arrays, entry["weights"]), entry["values"], entry["dtype"])
    except (AssertionError, LosscliError):
        return True
    return False


# --- live, where the libraries are installed ------------------------------------------------------


def installed(library: str) -> bool:
    """Whether a library can be asked here."""
    return importlib.util.find_spec(MODULES.get(library, library)) is not None


def live() -> list[Any]:
    """Every question, skipped where nobody is there to answer."""
    return [
        pytest.param(
            case,
            asked,
            id=f"{library}-{case.loss}-{case.name}".replace(" ", "_"),
            marks=[
                pytest.mark.parity,
                pytest.mark.skipif(not installed(library), reason=f"{library} is not installed"),
            ],
        )
        for case, asked in questions()
        for library in [asked.call.library]
    ]


NAMES = re.compile(r"\b(?:torch|keras|optax|sklearn|scipy|torchmetrics)(?:\.[A-Za-z_]\w*)+")


@pytest.mark.parity
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_functions_that_the_record_names_exist(loss: Loss) -> None:
    names = [name for own in loss.conventions for name in NAMES.findall(own.call)]
    for name in names:
        if installed(name.split(".")[0]):
            assert callable(resolve(name)), name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("case", "asked"), live())
def test_asked_again(case: Case, asked: Asked) -> None:
    now = answer(case, asked)
    (kept,) = [
        entry
        for entry in entries()
        if (entry["loss"], entry["case"], entry["call"]) == (case.loss, case.name, now["call"])
        and entry["as"] == asked.convention
    ]
    agree(now["values"], kept["values"], now["dtype"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("case", "asked"), live())
def test_asked_about_random_numbers(case: Case, asked: Asked) -> None:
    if not case.randomise:
        pytest.skip("the case is one worked example")
    arrays = random_arrays(case, np.random.default_rng(FRESH_SEED))
    theirs = asked.call.carry_out(arrays)
    given = [arrays[name] for name in case.inputs]
    weights = arrays.get("w") if asked.reduction == "weighted mean" else None
    question = {
        "loss": case.loss,
        "params": dict(case.params),
        "as": asked.convention,
        "reduction": asked.reduction,
    }
    got = ours(question, given, weights)
    agree(got, theirs, "float32" if asked.call.library in SINGLE else str(theirs.dtype))
