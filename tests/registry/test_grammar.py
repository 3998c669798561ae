"""LOSSES: names in any case, parameters, commas; what is printed reads again; mistakes come together."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.domains import Interval
from losscli.errors import ParamError, SeveralErrors, UnknownLoss, UsageError
from losscli.params import ParamValue
from losscli.registry import BoundLoss, Loss, bind, families, get, nearest, parse_losses
from losscli.registry.lookup import ADVICE, normalise, register
from tests.losses_under_test import LOSSES, by_name


def values(loss: Loss) -> st.SearchStrategy[dict[str, ParamValue]]:
    """Good values for some of a loss's parameters."""
    parts: dict[str, st.SearchStrategy[ParamValue]] = {}
    for param in loss.params:
        if param.choices:
            parts[param.name] = st.sampled_from(param.choices)
        elif isinstance(param.interval, Interval):
            holds = param.interval.holds
            sizes = st.floats(allow_nan=False, allow_infinity=False).map(abs) | st.floats(0.0, 1.0)
            if param.whole:
                sizes = st.integers(0, 2**53).map(float)
            parts[param.name] = sizes.filter(holds)
    return st.fixed_dictionaries({}, optional=parts)


@st.composite
def bound_losses(draw: st.DrawFn) -> BoundLoss:
    """A loss with some of its parameters set."""
    loss = draw(st.sampled_from(LOSSES))
    return bind(loss.name, **draw(values(loss)))


@st.composite
def spelled(draw: st.DrawFn, text: str) -> str:
    """The same text as somebody else would type it."""
    letters = [
        draw(st.sampled_from([c.lower(), c.upper()]))
        if c.isalpha()
        else draw(st.sampled_from("-_"))
        if c == "_"
        else c
        for c in text
    ]
    blanks = st.sampled_from(["", " "])
    return draw(blanks) + "".join(letters) + draw(blanks)


@given(st.data(), st.lists(bound_losses(), min_size=1, max_size=4, unique_by=lambda bound: bound.spec))
def test_what_is_printed_reads_the_same(data: st.DataObject, chosen: list[BoundLoss]) -> None:
    text = ",".join(data.draw(spelled(bound.spec)) for bound in chosen)
    found = parse_losses(text)
    assert [bound.spec for bound in found] == [bound.spec for bound in chosen]
    assert [dict(bound.params) for bound in found] == [dict(bound.params) for bound in chosen]
    assert [str(bound) for bound in found] == [bound.spec for bound in chosen]


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_aliases_mean_the_loss(loss: Loss) -> None:
    for alias in loss.aliases:
        (found,) = parse_losses(alias)
        assert found.loss is loss
        assert found.spec == loss.name


@pytest.mark.parametrize(
    ("text", "specs"),
    [
        ("mse,mae", ["mse", "mae"]),
        ("MSE,Mean-Absolute-Error", ["mse", "mae"]),
        ("huber:delta=0.5,mse", ["huber:delta=0.5", "mse"]),
        ("huber:delta=0.5,pinball:tau=0.9,mae", ["huber:delta=0.5", "pinball:tau=0.9", "mae"]),
        ("huber:delta=1", ["huber"]),
        ("huber:delta=1.0,mse", ["huber", "mse"]),
        ("huber:delta=.5", ["huber:delta=0.5"]),
        ("huber:delta=5e-1", ["huber:delta=0.5"]),
        ("HUBER:DELTA=0.5", ["huber:delta=0.5"]),
        ("huber:delta=0.5,huber:delta=2", ["huber:delta=0.5", "huber:delta=2"]),
        ("entropy:base=2,entropy", ["entropy:base=2", "entropy"]),
    ],
)
def test_reads(text: str, specs: list[str]) -> None:
    assert [bound.spec for bound in parse_losses(text)] == specs


@pytest.mark.parametrize("number", ["0.5", "-1", "+2", ".9", "9"])
def test_a_comma_before_a_number_continues_the_value(number: str) -> None:
    with pytest.raises(ParamError, match=f"tau=0.1,{number}".replace("+", r"\+").replace(".", r"\.")):
        parse_losses(f"pinball:tau=0.1,{number},mse")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", UnknownLoss, "name is missing"),
        (" ", UnknownLoss, "name is missing"),
        ("mse,", UnknownLoss, "name is missing"),
        ("mse,,mae", UnknownLoss, "name is missing"),
        (",mse", UnknownLoss, "name is missing"),
        (":delta=1", UnknownLoss, "name is missing"),
        ("mze", UnknownLoss, "unknown loss 'mze'"),
        ("mse:", ParamError, "no PARAM=VALUE"),
        ("huber:0.5", ParamError, "no PARAM=VALUE"),
        ("huber:delta", ParamError, "no PARAM=VALUE"),
        ("huber:delta=", ParamError, "not a number"),
        ("huber:delta=abc", ParamError, "not a number"),
        ("huber:delta=0", ParamError, "out of range"),
        ("huber:delta=1=2", ParamError, "not a number"),
        ("huber:gamma=1", ParamError, "no parameter 'gamma'"),
        ("mse:delta=1", ParamError, "no parameter 'delta'"),
        ("huber:delta=1:delta=2", ParamError, "given twice"),
        ("entropy:base=3", ParamError, "not one of"),
        ("mse,mse", UsageError, "named twice"),
        ("mse,MEAN_SQUARED_ERROR", UsageError, "named twice"),
        ("huber,huber:delta=1", UsageError, "named twice"),
        ("mse mae", UnknownLoss, "unknown loss"),
    ],
)
def test_refuses(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        parse_losses(text)
    assert type(caught.value) is error
    assert caught.value.exit_code == 2


def test_all_mistakes_come_together() -> None:
    with pytest.raises(SeveralErrors) as caught:
        parse_losses("mze,huber:delta=0,mae,pinbal,mse:x=1")
    assert [type(error) for error in caught.value.errors] == [
        UnknownLoss,
        ParamError,
        UnknownLoss,
        ParamError,
    ]
    assert caught.value.exit_code == 2
    assert sum("error[E" in line for line in caught.value.lines()) == 4


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mze", "mse"),
        ("hubber", "huber"),
        ("cross-entropie", "cross_entropy_dist"),
        ("pinbal", "pinball"),
        ("hing", "hinge"),
    ],
)
def test_the_nearest_names_are_offered(typed: str, meant: str) -> None:
    assert meant in nearest(typed)
    with pytest.raises(UnknownLoss) as caught:
        get(typed)
    assert meant in (caught.value.hint or "")


@given(st.text(max_size=20))
def test_any_text_is_a_loss_or_a_mistake_of_ours(text: str) -> None:
    with contextlib.suppress(UsageError, SeveralErrors):  # anything else is a bug, and fails the test
        found = parse_losses(text)
        assert parse_losses(",".join(bound.spec for bound in found)) == found


def test_words_that_people_try_lead_to_a_loss() -> None:
    names = {normalise(name) for loss in LOSSES for name in (loss.name, *loss.aliases)}
    for word, advice in ADVICE.items():
        assert normalise(word) == word
        assert word not in names
        assert names & set(re.findall(r"[a-z0-9_]+", advice)), advice
        with pytest.raises(UnknownLoss) as caught:
            get(word.upper())
        assert advice in (caught.value.hint or "")


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="belongs to mse already"):
        register(get("mse"))


def test_families_are_named_once() -> None:
    assert len(families()) == len(set(families()))
    assert {loss.family for loss in LOSSES} == set(families())


def test_bind_checks_what_it_is_given() -> None:
    assert bind("huber", delta=2).spec == "huber:delta=2"
    with pytest.raises(ParamError):
        bind("huber", delta=-1)
    with pytest.raises(UnknownLoss):
        bind("hubert")
