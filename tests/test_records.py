"""Our named tuples do what those of `typing` do."""

from __future__ import annotations

import copy
import json
import pickle
import typing
from typing import Any

import pytest

from losscli import records


class Ours(records.NamedTuple):
    """A record."""

    left: int
    right: str = "r"
    rest: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        """Two of the fields."""
        return f"{self.left}{self.right}"

    @classmethod
    def of(cls, number: int) -> Ours:
        """Another way to make one."""
        return cls(number)


class Theirs(typing.NamedTuple):
    """A record."""

    left: int
    right: str = "r"
    rest: tuple[int, ...] = ()


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, "x", (2, 3)), {}),
    ((), {"left": 1}),
    ((1,), {"rest": (4,)}),
    ((), {"rest": (4,), "left": 2}),
]


@pytest.mark.parametrize(("given", "named"), CALLS)
def test_they_are_made_shown_and_compared_alike(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    mine, other = Ours(*given, **named), Theirs(*given, **named)
    assert tuple(mine) == tuple(other)
    assert mine == tuple(other)
    assert hash(mine) == hash(other)
    assert repr(mine) == repr(other).replace("Theirs", "Ours")
    assert mine._asdict() == other._asdict()
    assert (mine.left, mine.right, mine.rest) == (other.left, other.right, other.rest)
    assert json.dumps(mine) == json.dumps(other)
    changed = mine._replace(right="y", left=9)
    assert tuple(changed) == tuple(other._replace(right="y", left=9))
    assert type(changed) is Ours


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((1, "x", (), 4), {}), ((1,), {"left": 1}), ((1,), {"other": 1}), ((), {"right": "x"})],
)
def test_they_refuse_alike(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*given, **named)


def test_an_unknown_field_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="other"):
        Ours(1)._replace(other=2)  # type: ignore[call-arg]


def test_what_else_they_know() -> None:
    mine = Ours(1, rest=(5,))
    assert Ours._fields == Theirs._fields
    assert Ours._field_defaults == Theirs._field_defaults
    assert Ours.__match_args__ == Theirs.__match_args__
    assert Ours.__doc__ == "A record."
    assert (mine.both, Ours.of(3).left) == ("1r", 3)
    assert Ours._make([1, "x", ()]) == (1, "x", ())
    assert isinstance(mine, tuple)
    assert not hasattr(mine, "__dict__")
    for change in ("left", "other"):
        with pytest.raises(AttributeError):
            setattr(mine, change, 2)
    match mine:
        case Ours(left, right):
            assert (left, right) == (1, "r")


def test_a_child_has_the_same_fields() -> None:
    class Child(Ours):
        note: str = "n"

        def __init__(self, *values: Any) -> None:
            self.known: list[int] = []

    child = Child(1)
    child.known.append(2)
    assert (child, child._fields, child.note, child.known) == ((1, "r", ()), Ours._fields, "n", [2])


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_they_travel(protocol: int) -> None:
    mine = Ours(1, rest=(5,))
    for again in (pickle.loads(pickle.dumps(mine, protocol)), copy.copy(mine), copy.deepcopy(mine)):
        assert again == mine
        assert type(again) is Ours
