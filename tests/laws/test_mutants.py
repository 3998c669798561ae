"""The laws are tested too: each rejects losses that are wrong on purpose, and accepts their model."""

from __future__ import annotations

import pytest

from losscli.registry import get
from tests.laws import record_laws, refusal_laws, row_laws, value_laws  # noqa: F401  (enter the laws)
from tests.laws.cases import LAWS, Case, LawError
from tests.laws.mutants import MUTANTS, Mutant, root_of_squares


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_mutant_dies(mutant: Mutant) -> None:
    loss = mutant.make()
    with pytest.raises(LawError, match=mutant.because or None):
        LAWS[mutant.law](Case(loss, loss.resolve({}), seed=1))


@pytest.mark.parametrize("law", LAWS)
def test_every_law_has_a_mutant(law: str) -> None:
    assert any(mutant.law == law for mutant in MUTANTS)


@pytest.mark.parametrize("law", LAWS)
def test_what_the_mutants_are_made_from_lives(law: str) -> None:
    for loss in (get("mse"), root_of_squares()):
        LAWS[law](Case(loss, loss.resolve({}), seed=1))


def test_mutants_are_not_registered() -> None:
    for mutant in MUTANTS:
        loss = mutant.make()
        assert loss.name not in ("no_such_loss",) or mutant.law == "spec is valid input"
        assert get("mse") is not loss
