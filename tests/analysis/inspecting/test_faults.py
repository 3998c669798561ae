"""Each thing that may be wrong is found with its numbers, its line and what to type; right files are left
alone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.errors import CellError, ColumnError, LabelError, SourceError, UsageError
from losscli.report.inspect import Fault, InspectReport
from losscli.report.warnings import WARNINGS
from tests.analysis.inspecting.simulated import Pairs, binary, classes, new_seed, real

ROWS = 600
NAMES = ("cat", "dog", "eel")


def write(path: Path, header: str, *columns: Iterable[Any]) -> str:
    """A CSV of these columns; its path."""
    rows = [header, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


class Files:
    """Files of one simulated set, changed on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seed = folder, new_seed()
        generator = np.random.default_rng(self.seed)
        self.two: Pairs = binary(generator, ROWS)
        self.three: Pairs = classes(3)(generator, ROWS)
        self.number: Pairs = real(generator, ROWS)

    def one(self, target: Any, prediction: Any) -> tuple[str, str]:
        """A target and a prediction of one column each."""
        return (
            write(self.folder / "y.csv", "y", np.asarray(target).tolist()),
            write(self.folder / "p.csv", "p", np.asarray(prediction).tolist()),
        )

    def several(self, target: Any, prediction: Any) -> tuple[str, str]:
        """A target of one column, a prediction of one for each class."""
        columns = np.asarray(prediction).T.tolist()
        return (
            write(self.folder / "y.csv", "y", np.asarray(target).tolist()),
            write(self.folder / "p.csv", ",".join(NAMES), *columns),
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def only(report: InspectReport, code: str) -> Fault:
    """The only fault, which is this one."""
    assert [fault.code for fault in report.faults] == [code], [fault.words for fault in report.faults]
    (fault,) = report.faults
    assert fault.title == WARNINGS[code].title
    return fault


def value(fix: str, capsys: pytest.CaptureFixture[str]) -> float:
    """The number that the call to type instead gives."""
    program, *words = shlex.split(fix)
    assert program == "losscli"
    assert run([*words, "-f", "value"]) == 0, fix
    return float(capsys.readouterr().out)


def best(report: InspectReport) -> float:
    fit = report.fits[0]
    assert fit.value is not None
    return fit.value.value


def mean(losses: str, target: Any, prediction: Any) -> float:
    return api.compute(losses, target, prediction).results[0].headline.value


@pytest.mark.parametrize("kind", ["two", "three", "number"])
def test_right_files_have_no_fault(kind: str, files: Files) -> None:
    pairs: Pairs = getattr(files, kind)
    paths = (files.several if kind == "three" else files.one)(*pairs)
    assert api.inspect(*paths).faults == (), files.seed
    assert api.inspect(*pairs).faults == (), files.seed


@pytest.mark.parametrize(
    ("code", "low", "high"), [("W112", 1, 2), ("W112", -1, 1), ("W112", 0, 255), ("W112", 3, 7)]
)
def test_codings_of_two_classes(
    code: str, low: int, high: int, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    target, prediction = files.two
    report = api.inspect(*files.one(np.where(target == 1, high, low), prediction))
    fault = only(report, code)
    odd = low if low not in (0, 1) else high
    first = int(np.argmax(target == (0 if odd == low else 1))) + 2
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (str(files.folder / "y.csv"), first)
    assert fault.evidence["rows"] == {str(low): int((target == 0).sum()), str(high): int(target.sum())}
    expected = mean("bce", target.astype(float), prediction)
    assert value(fault.fix, capsys) == best(report) == expected


def test_labels_as_text_are_proposed_by_the_higher_prediction(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    target, prediction = files.two
    report = api.inspect(*files.one(np.where(target == 1, "ham", "spam"), prediction))
    fault = only(report, "W123")
    assert "--labels spam,ham" in fault.fix
    assert value(fault.fix, capsys) == best(report) == mean("bce", target.astype(float), prediction)


def test_a_column_that_is_named_after_a_class_needs_no_proposal(files: Files) -> None:
    target, prediction = files.two
    paths = files.one(np.where(target == 1, "p", "q"), prediction)
    report = api.inspect(*paths)
    assert report.faults == ()
    assert best(report) == mean("bce", target.astype(float), prediction)


def test_classes_as_text_without_names(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.three
    fault = only(api.inspect(*files.several(np.array(["B", "C", "A"])[target], prediction)), "W123")
    assert "--labels B,C,A" in fault.fix
    assert value(fault.fix, capsys) == mean("sparse_categorical_ce", target.astype(float), prediction)


@pytest.mark.parametrize("text", [False, True])
def test_classes_in_another_order(text: bool, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.three
    classes_ = np.array(NAMES)[target] if text else target
    fault = only(api.inspect(*files.several(classes_, prediction[:, [1, 2, 0]])), "W116")
    assert fault.evidence["columns"] == [3, 1, 2]
    assert fault.evidence["there"] < fault.evidence["here"]
    found = value(fault.fix, capsys)
    assert found == mean("sparse_categorical_ce", target.astype(float), prediction)
    assert np.isclose(fault.evidence["there"], found)


def test_one_hot_columns_pair_by_name_before_their_order_is_judged(files: Files, tmp_path: Path) -> None:
    target, prediction = files.three
    hot = np.eye(3)[target][:, [2, 0, 1]].astype(int)
    names = ",".join(NAMES[column] for column in (2, 0, 1))
    first = write(tmp_path / "t.csv", names, *hot.T.tolist())
    second = write(tmp_path / "q.csv", ",".join(NAMES), *prediction.T.tolist())
    report = api.inspect(first, second)
    assert report.faults == ()
    assert best(report) == api.compute("categorical_ce", first, second).results[0].headline.value
    wrong = write(tmp_path / "q.csv", ",".join(NAMES), *prediction[:, [1, 0, 2]].T.tolist())
    assert only(api.inspect(first, wrong), "W116").evidence["classes"] == [NAMES[at] for at in (2, 0, 1)]


def test_classes_that_count_from_one(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.three
    report = api.inspect(*files.several(target + 1, prediction))
    fault = only(report, "W113")
    assert fault.place is not None
    assert fault.place.line == int(np.argmax(target == 2)) + 2
    expected = mean("sparse_categorical_ce", target.astype(float), prediction)
    assert value(fault.fix, capsys) == best(report) == expected


def test_percentages(files: Files) -> None:
    target, prediction = files.two
    report = api.inspect(*files.one(target, 100.0 * prediction))
    fault = only(report, "W110")
    assert fault.place is not None
    assert fault.place.line == int(np.argmax(100.0 * prediction > 1.0)) + 2
    found = fault.evidence["log_likelihoods"]
    assert found["divided by 100"] > found["logits"]
    assert "divide them by 100" in fault.fix
    assert report.fits[0].value is None
    assert "divided by 100" in report.fits[0].why_not
    columns = api.inspect(*files.several(files.three.target, 100.0 * files.three.prediction))
    assert only(columns, "W110").evidence["maximum"] > 1.0


@pytest.mark.parametrize("shifted", [False, True])
def test_logits(shifted: bool, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.two
    logits = np.log(prediction) - np.log1p(-prediction)
    if shifted:  # all above 0: the likelihood decides that they are no percentages
        target = (np.arange(ROWS) % 10 != 0).astype(np.int64)
        logits = np.where(target == 1, 3.0, 0.4) + prediction
    report = api.inspect(*files.one(target, logits))
    fault = only(report, "W111")
    assert value(fault.fix, capsys) == best(report) == mean("bce_logits", target.astype(float), logits)
    named = write(files.folder / "p.csv", "logit", logits.tolist())
    assert api.inspect(str(files.folder / "y.csv"), named).faults == ()


def test_logits_and_their_logarithms_of_classes(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.three
    expected = mean("sparse_categorical_ce", target.astype(float), prediction)
    for scores in (np.log(prediction), np.log(prediction) + 2.0):
        fault = only(api.inspect(*files.several(target, scores)), "W111")
        assert np.isclose(value(fault.fix, capsys), expected)


def test_probabilities_that_call_themselves_logits(files: Files) -> None:
    target, prediction = files.two
    first, _ = files.one(target, prediction)
    fault = only(api.inspect(first, write(files.folder / "q.csv", "my_logits", prediction.tolist())), "W101")
    assert "compute bce " in fault.fix


def test_swapped_files(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    for target, prediction in (files.one(*files.two), files.several(*files.three)):
        report = api.inspect(prediction, target)
        fault = only(report, "W114")
        assert report.fits == ()
        program, *words = shlex.split(fault.fix)
        assert (program, run([*words, "-f", "plain"])) == ("losscli", 0)
        assert "\nwrong\t" not in capsys.readouterr().out
    text = write(files.folder / "t.csv", "t", np.where(files.two.target == 1, "a", "b"))
    assert only(api.inspect(write(files.folder / "q.csv", "q", files.two.prediction), text), "W114")


@pytest.mark.parametrize("lag", [-4, 1, 3])
def test_shifted_rows(lag: int, files: Files) -> None:
    for pairs, write_ in ((files.two, files.one), (files.three, files.several), (files.number, files.one)):
        paths = write_(pairs.target, np.roll(pairs.prediction, lag, axis=0))
        fault = only(api.inspect(*paths), "W115")
        assert fault.evidence["lag"] == lag, files.seed
        assert fault.evidence["there"] > fault.evidence["here"]
        assert fault.evidence["first_row"] == 1
        early, late = ("y.csv", "p.csv") if lag > 0 else ("p.csv", "y.csv")
        assert re.search(rf"head -n -{abs(lag)} \S*{early}", fault.fix)
        assert re.search(rf"sed 2,{abs(lag) + 1}d \S*{late}", fault.fix)


def test_a_forecast_that_follows_the_last_value_is_told_apart(files: Files) -> None:
    walk = np.cumsum(np.random.default_rng(files.seed).normal(size=ROWS))
    fault = only(api.inspect(walk[1:], walk[:-1]), "W125")
    assert fault.evidence["lag"] == 1
    assert "leans on the last values" in fault.words


def test_inverted_predictions(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = files.two
    fault = only(api.inspect(*files.one(target, 1.0 - prediction)), "W117")
    assert fault.evidence["auc"] < 0.2
    assert np.isclose(value(fault.fix, capsys), mean("bce", target.astype(float), prediction))
    turned = only(api.inspect(*files.one(files.number.target, -files.number.prediction)), "W117")
    assert turned.evidence["correlation"] < -0.5


def test_a_constant(files: Files) -> None:
    fault = only(api.inspect(*files.one(files.two.target, np.full(ROWS, 0.25))), "W118")
    assert fault.evidence == {"value": 0.25, "rows": ROWS}


def test_rows_that_do_not_sum_to_one(files: Files) -> None:
    target, prediction = files.three
    bad = prediction.copy()
    bad[17] *= 0.5
    fault = only(api.inspect(*files.several(target, bad)), "W119")
    assert fault.place is not None
    assert (fault.place.line, fault.evidence["rows"]) == (19, 1)
    assert np.isclose(fault.evidence["largest_gap"], 0.5)


def test_a_sigmoid_too_many(files: Files) -> None:
    target, prediction = files.two
    fault = only(api.inspect(*files.one(target, 1.0 / (1.0 + np.exp(-prediction)))), "W120")
    assert fault.evidence["there"] > fault.evidence["here"]


def test_predictions_without_association() -> None:
    generator = np.random.default_rng(7)
    target, prediction = generator.normal(size=4000), generator.normal(size=4000)
    assert only(api.inspect(target, prediction), "W121").evidence["highest"] < 0.1


def test_a_prediction_that_is_the_target(files: Files) -> None:
    target = files.number.target
    assert only(api.inspect(target, target), "W127").evidence == {"rows": ROWS}
    assert api.inspect(files.two.target, files.two.target).faults == ()  # labels may all be right
    assert api.inspect(target[:9], target[:9]).faults == ()


def test_a_single_label_is_either_class(files: Files) -> None:
    fault = only(api.inspect(*files.one(["spam"] * 20, files.two.prediction[:20])), "W123")
    assert fault.fix.endswith("--labels OTHER,spam")


def test_numbers_near_the_largest_double(files: Files) -> None:
    huge = np.array([1e300, -1e308, 1e308, 3.0, -7.0, 1e-320] * 10)
    report = api.inspect(huge, -huge[::-1])
    assert all(fit.value is not None for fit in report.fits)
    assert api.inspect(np.stack([huge, huge], axis=1), np.stack([huge, -huge], axis=1)).fits


def test_columns_that_do_not_match(files: Files) -> None:
    target, prediction = files.three
    fault = only(api.inspect(np.array(NAMES)[target], prediction[:, 0]), "W124")
    assert (fault.evidence["classes"], fault.evidence["prediction_columns"]) == (3, 1)
    assert only(api.inspect(np.eye(3)[target], prediction[:, :2]), "W124").evidence["target_columns"] == 3


def test_what_cannot_be_read_is_an_error(files: Files, tmp_path: Path) -> None:
    target, prediction = files.one(*files.two)
    with pytest.raises(SourceError, match="a target and a prediction"):
        api.inspect(target, prediction, prediction)
    with pytest.raises(SourceError, match="one source"):
        api.inspect(target)
    with pytest.raises(UsageError, match="no option 'by'"):
        api.inspect(target, prediction, by="y")
    with pytest.raises(ColumnError, match="looks like a key"):
        api.inspect(write(tmp_path / "k.csv", "id,y", range(3), range(3)), prediction)
    with pytest.raises(LabelError, match="stands among numbers"):
        api.inspect(
            write(tmp_path / "n.csv", "n", ["x", 2, 3, 4, 5, 6]), write(tmp_path / "m.csv", "m", range(6))
        )
    with pytest.raises(LabelError, match="not in --labels"):
        api.inspect(target, prediction, labels="1,2")
    with pytest.raises(CellError, match="not a finite"):
        api.inspect([1.0, 0.0], [0.5, np.inf])
    with pytest.raises(SourceError, match="rows of shape"):
        api.inspect(np.zeros((3, 2, 2)), np.zeros((3, 2, 2)))
