"""Topics that show numbers: each is computed here again, in another way, and stands in the text as shown."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from losscli import api
from losscli.analysis import topic_choice, topic_cost, topic_information, topic_likelihood
from losscli.analysis.topic_numbers import bound, shown
from losscli.analysis.topics import TOPICS
from losscli.cli.boundary import run
from losscli.registry import all_losses, families
from tests import readme

COMPUTED = [entry for entry in TOPICS if entry.compute is not None]


def column(name: str, field: str) -> tuple[float, ...]:
    with (Path(readme.ROOT) / "sample_data" / name).open(encoding="ascii") as file:
        return tuple(float(row[field]) for row in csv.DictReader(file))


def numbers(name: str) -> dict[str, float]:
    (found,) = api.explain(name).topics
    return dict(found.facts["numbers"])


def test_the_four_topics_compute() -> None:
    assert [entry.name for entry in COMPUTED] == ["losses", "entropy", "likelihood", "loss-and-cost"]


@pytest.mark.parametrize("entry", COMPUTED, ids=lambda entry: entry.name)
def test_numbers_stand_in_the_text_and_in_json(entry: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = entry.name  # type: ignore[attr-defined]
    assert run(["explain", name, "-f", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["topics"]
    text = "\n".join(found["text"])
    told = [value for value in found["numbers"].values() if shown(value) in text]
    assert len(told) >= len(found["numbers"]) / 3 > 2
    assert "{numbers}" not in text
    assert max(map(len, api.explain(name).topics[0].lines[:60])) < 80


@pytest.mark.parametrize("entry", TOPICS, ids=lambda entry: entry.name)
def test_no_topic_hides_a_loss(entry: object) -> None:
    known = {name.replace("_", "-") for loss in all_losses() for name in (loss.name, *loss.aliases)}
    hidden = {entry.name, *entry.aliases} & known  # type: ignore[attr-defined]
    for name in hidden:
        (found,) = api.explain(name).topics
        assert found.facts["family"]
        assert f"losscli explain {name} --prediction" in "\n".join(found.lines)


def test_the_table_names_losses_of_the_registry_and_every_usual_family() -> None:
    specs = [choice.spec for choice in topic_choice.CHOICES]
    assert len(set(specs)) == len(specs)
    covered = {bound(spec).loss.family for spec in specs}
    assert set(families()) - covered <= {"similarity", "multilabel", "forecast", "robust"}
    text = "\n".join(api.explain("losses").topics[0].lines)
    for choice in topic_choice.CHOICES:
        assert f" {bound(choice.spec).spec} " in text


WANTED = {"its mean": "mean", "its median": "median", "a quantile": "quantile"}


@pytest.mark.parametrize(("problem", "word"), WANTED.items())
def test_what_a_row_promises_is_what_the_registry_says(problem: str, word: str) -> None:
    (choice,) = (one for one in topic_choice.CHOICES if one.problem == problem)
    assert word in bound(choice.spec).loss.best_constant.words
    pulled = [spec for spec in topic_choice.PULLED if bound(spec).loss is bound(choice.spec).loss]
    assert pulled


def test_the_number_a_loss_pulls_towards_is_the_engines_best_constant() -> None:
    found = numbers("losses")
    targets = list(topic_choice.TARGETS)
    for spec in ("mse", "mae", "msle", "pinball:tau=0.9"):
        best = api.compute(spec, targets, targets).results[0].baseline.value
        assert found[f"{spec}:best"] == pytest.approx(best, abs=0.005)
        cost = api.compute(spec, targets, [3.0] * 5).results[0].headline.value
        assert found[f"{spec}:at_3.0"] == pytest.approx(cost, rel=1e-13)
    assert found["mse:at_6.0"] < found["mse:at_3.0"]
    assert found["mae:at_3.0"] < found["mae:at_6.0"]


def test_distributions_are_those_of_the_sample_data() -> None:
    assert column("observed.csv", "observed") == topic_information.OBSERVED
    assert column("modelled.csv", "modelled") == topic_information.MODELLED
    assert column("y.csv", "y") == topic_cost.TARGETS
    assert column("p.csv", "p") == topic_cost.PREDICTIONS


def test_entropies_and_how_they_relate() -> None:
    found = numbers("entropy")
    p, q = np.array(topic_information.OBSERVED), np.array(topic_information.MODELLED)
    for unit, log in (("bits", np.log2), ("nats", np.log)):
        assert found[f"entropy_p_{unit}"] == pytest.approx(-(p * log(p)).sum(), rel=1e-14)
        assert found[f"cross_entropy_{unit}"] == pytest.approx(-(p * log(q)).sum(), rel=1e-14)
        assert found[f"kl_{unit}"] == pytest.approx((p * log(p / q)).sum(), rel=1e-13)
        assert found[f"kl_reversed_{unit}"] == pytest.approx((q * log(q / p)).sum(), rel=1e-13)
        whole = found[f"entropy_p_{unit}"] + found[f"kl_{unit}"]
        assert found[f"cross_entropy_{unit}"] == pytest.approx(whole, rel=1e-14)
        files = ("sample_data/observed.csv", "sample_data/modelled.csv")
        base = "2" if unit == "bits" else "e"
        computed = api.compute(f"js:base={base}", *(str(readme.ROOT / file) for file in files))
        assert found[f"js_{unit}"] == computed.results[0].headline.value
    assert found["bce"] == pytest.approx(found["two_classes"], rel=1e-14) == pytest.approx(-math.log(0.8))


def test_a_loss_and_its_constant_make_the_likelihood() -> None:
    found = numbers("likelihood")
    for origin in topic_likelihood.origins():
        whole = found[origin.spec] + found[f"{origin.spec}:dropped"]
        assert whole == pytest.approx(-math.log(origin.likelihood), rel=1e-13), origin.spec
        assert bound(origin.spec).loss.likelihood, origin.spec
    for spec in ("gaussian_nll", "poisson_nll"):
        (origin,) = (one for one in topic_likelihood.origins() if one.spec == spec)
        full = bound(f"{spec}:full=yes").loss(*origin.arrays, full="yes")[0]
        assert full == pytest.approx(-math.log(origin.likelihood), rel=1e-13)


def test_the_cost_is_what_compute_prints() -> None:
    found = numbers("loss-and-cost")
    result = api.compute("bce", topic_cost.TARGETS, topic_cost.PREDICTIONS).results[0]
    assert found["mean"] == pytest.approx(result.headline.value, rel=1e-15)
    assert found["sum"] == result.reductions["sum"].value
    rmse = api.compute("rmse", topic_cost.TARGETS, topic_cost.PREDICTIONS).results[0].headline.value
    assert found["rmse"] == pytest.approx(rmse, rel=1e-15)
