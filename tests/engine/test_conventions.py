"""`--as`, `:as=` and FRAMEWORK.NAME: the number that a framework prints, and the report of who prints another
one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
import losscli.losses  # registers every loss
from losscli.errors import LosscliError, ParamError, SourceError, UnknownLoss, UsageError
from losscli.registry import all_losses

Y, P = [1.0, 0.0, 1.0, 1.0], [0.8, 0.3, 0.0, 0.6]
SURE = -math.log(0.8) - math.log(0.7) - math.log(0.6)


def value(losses: Any, *sources: Any, **options: Any) -> float:
    """The headline of one loss."""
    (result,) = losscli.compute(losses, *sources, **options).results
    return result.headline.value


@pytest.mark.parametrize(
    ("framework", "clipped"),
    [
        ("torch", 100.0),
        ("sklearn", -math.log(2.0**-52)),
        ("lightgbm", -math.log(1e-15)),
        ("lightgbm.cross_entropy", -math.log(1e-12)),
    ],
)
def test_a_framework_clips_as_it_does(framework: str, clipped: float) -> None:
    for number in (
        value(f"bce:as={framework}", Y, P),
        value("bce", Y, P, as_=framework),
    ):
        assert number == pytest.approx((SURE + clipped) / 4, rel=1e-9)


def test_a_framework_is_named_by_its_function() -> None:
    assert value("torch.binary_cross_entropy", Y, P) == value("bce:as=torch", Y, P)
    assert value("torch.nn.functional.binary_cross_entropy", Y, P) == value("bce:as=torch", Y, P)
    assert value("torch.nn.BCELoss", Y, P) == value("bce:as=torch", Y, P)


def test_three_conventions_stand_side_by_side() -> None:
    report = losscli.compute("bce,bce:as=keras,bce:as=torch", Y, P)
    assert [result.spec for result in report.results] == ["bce", "bce:as=keras", "bce:as=torch"]
    assert [result.plain(None).get("as") for result in report.results] == [None, "keras", "torch"]
    assert report.results[0].headline.value == math.inf


def test_the_spec_of_a_convention_means_it_again() -> None:
    for text in ("bce:as=torch", "huber:delta=2:as=lightgbm", "bce:as=lightgbm.cross_entropy"):
        (result,) = losscli.compute(text, Y, P).results
        assert result.spec == text
        assert value(result.spec, Y, P) == result.headline.value
        assert result.signature.startswith(text + "|")


def test_a_frameworks_default_is_taken_unless_another_value_is_given() -> None:
    (result,) = losscli.compute("huber:as=lightgbm", [0.0], [3.0]).results
    assert result.params["delta"] == 0.9
    assert result.headline.value == pytest.approx(2.295)
    assert value("huber:delta=1:as=lightgbm", [0.0], [3.0]) == 2.5


def test_as_leaves_a_loss_that_names_its_own() -> None:
    report = losscli.compute("bce,bce:as=torch", Y, P, as_="sklearn")
    assert [result.spec for result in report.results] == ["bce:as=sklearn", "bce:as=torch"]


@pytest.mark.parametrize(
    ("losses", "options", "error"),
    [
        ("bce:as=optax", {}, ParamError),
        ("pseudo_huber", {"as_": "keras"}, ParamError),
        ("bce:as=", {}, ParamError),
        ("torch.bce_of_mine", {}, UnknownLoss),
        ("torch.binary_cross_entropy:as=keras", {}, ParamError),
        ("bce", {"as_": 3}, UsageError),
        ("poisson", {}, UnknownLoss),
    ],
)
def test_what_is_no_convention(losses: str, options: dict[str, Any], error: type[LosscliError]) -> None:
    with pytest.raises(error):
        losscli.compute(losses, Y, P, **options)


# --- a name with several meanings -------------------------------------------------------------------


def test_the_number_of_columns_decides_what_log_loss_is(tmp_path: Path) -> None:
    wide = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    assert losscli.compute("log_loss", Y, P).results[0].spec == "bce"
    assert losscli.compute("log_loss", [0, 2], wide).results[0].spec == "sparse_categorical_ce"
    assert losscli.compute("log_loss", np.eye(3)[[0, 2]], wide).results[0].spec == "categorical_ce"
    assert (
        losscli.compute("sklearn.log_loss", [0, 2], wide).results[0].spec
        == "sparse_categorical_ce:as=sklearn"
    )
    file = tmp_path / "d.csv"
    file.write_text("y,a,b\n0,0.5,0.5\n1,0.25,0.75\n")
    assert losscli.compute("log_loss", f"{file}:y", ":a,b").results[0].spec == "sparse_categorical_ce"
    assert losscli.compute("log_loss", f"{file}:y,a,b").results[0].spec == "sparse_categorical_ce"
    with pytest.raises(SourceError, match="which loss is meant"):
        losscli.compute("log_loss", wide, P)


# --- who prints another number ----------------------------------------------------------------------


def elsewhere(losses: Any, *sources: Any, **options: Any) -> dict[str, Any]:
    """What the report says of the frameworks, by name."""
    (result,) = losscli.compute(losses, *sources, **options).results
    return {entry.framework: entry for entry in result.elsewhere}


def test_every_framework_of_another_number_is_named_with_its_rows() -> None:
    found = elsewhere("bce", Y, P)
    assert {"torch", "keras", "sklearn", "xgboost", "lightgbm"} <= set(found)
    for framework, entry in found.items():
        assert entry.value.value == pytest.approx(value(f"bce:as={framework}", Y, P), rel=1e-6)
        assert (entry.rows, entry.first) == (1, 3)
        assert entry.differs


def test_nobody_is_named_where_all_agree() -> None:
    assert not elsewhere("bce", Y, [0.8, 0.3, 0.9, 0.6])
    assert not elsewhere("mse", Y, P)


def test_a_loss_under_a_convention_names_nobody() -> None:
    assert not elsewhere("bce:as=torch", Y, P)


def test_the_numbers_elsewhere_are_weighted_as_there() -> None:
    weights = [1.0, 2.0, 4.0, 0.5]
    for framework, entry in elsewhere("bce", Y, P, weight=weights).items():
        assert entry.value.value == pytest.approx(
            value(f"bce:as={framework}", Y, P, weight=weights), rel=1e-6
        )


def test_the_numbers_elsewhere_do_not_depend_on_blocks() -> None:
    generator = np.random.default_rng(5)
    target = generator.integers(0, 2, 1000).astype(float)
    chance = generator.choice([0.0, 1.0, 0.25, 1e-9], 1000)
    whole, parts = (elsewhere("bce", target, chance, block_bytes=size) for size in (1 << 20, 64))
    assert {name: entry.value for name, entry in whole.items()} == {
        name: entry.value for name, entry in parts.items()
    }
    assert {name: (entry.rows, entry.first) for name, entry in whole.items()} == {
        name: (entry.rows, entry.first) for name, entry in parts.items()
    }


def test_a_factor_is_of_all_rows() -> None:
    entry = elsewhere("mape", [2.0, 4.0], [1.0, 5.0])["keras"]
    assert entry.value.value == pytest.approx(37.5)
    assert entry.rows is None


def test_of_several_columns_the_roots_are_told_apart() -> None:
    found = elsewhere("rmse", [[0.0, 0.0], [0.0, 0.0]], [[1.0, 7.0], [1.0, 1.0]])
    assert found["sklearn"].value.value == 3.0


def test_the_table_and_json_tell_it() -> None:
    report = losscli.compute("bce", Y, P)
    entries = report.plain()["results"][0]["elsewhere"]
    assert {"framework": "torch", "rows": 1, "first_row": 3}.items() <= entries[0].items()
    notes = report.reduced_table().notes
    assert any("torch prints " in str(note) and "1 row" in str(note) for note in notes)


def test_the_gradient_of_a_clipped_number_is_refused() -> None:
    with pytest.raises(UsageError, match="has no gradient"):
        losscli.compute("bce:as=torch", Y, P, gradient=True)
    losscli.compute("mse:as=torch", Y, P, gradient=True)


def test_a_division_of_the_weights_is_given_as_the_reason() -> None:
    found = elsewhere("bce", Y, [0.8, 0.3, 0.9, 0.6], weight=[1.0, 2.0, 4.0, 0.5])
    assert set(found) == {"torch", "keras.BinaryCrossentropy"}
    assert all("weights" in entry.why and entry.rows is None for entry in found.values())
    assert "logarithm" in elsewhere("bce", Y, P)["torch"].why


def test_a_boosters_metric_is_known_by_its_own_name() -> None:
    names = {own.name for loss in all_losses() for own in loss.conventions if "train(" in own.call}
    assert "train" not in names
    assert {"logloss", "quantile", "binary_logloss"} <= names
