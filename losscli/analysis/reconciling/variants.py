"""Which losses a number may be: the one that was named, as every framework computes it, with other usual
parameters, and its relatives. All of it is read from the registry; nothing here names a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

from losscli.analysis.reconciling.steps import Step
from losscli.errors import ParamError
from losscli.params import Param, ParamValue
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Convention, Loss, all_losses, bind_loss
from losscli.registry.foreign import spellings

USUAL: Sequence[float] = (
    0.0, 1e-16, 1e-15, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3,
    0.5, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99, 1.0, 1.2, 1.35, 1.345, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 10.0,
)  # fmt: skip
"""Values that parameters have in papers and defaults; which of them a parameter takes, it says itself."""


class Variant(NamedTuple):
    """A loss with parameters and a convention, and the steps that lead to it from the one that was named."""

    bound: BoundLoss
    steps: tuple[Step, ...] = ()

    @property
    def cost(self) -> float:
        """How far it is from the loss that was named."""
        return sum(step.cost for step in self.steps)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others, whatever led to it."""
        return (self.bound.spec, self.bound.convention.call if self.bound.convention else "")


def variants(asked: BoundLoss, most: float) -> list[Variant]:
    """Every loss up to a cost, the nearest first; each once, by its shortest way. A higher cost adds losses
    behind these."""
    found: dict[tuple[str, str], Variant] = {}
    for one in sorted(_all(asked, most), key=lambda one: one.cost):
        found.setdefault(one.key, one)
    return list(found.values())


def conventions(asked: BoundLoss) -> list[Variant]:
    """The plain loss, and every function that computes it or has a name in common with one that does."""
    return [one for one in variants(asked, 2.0) if all(step.name in SIDE_BY_SIDE for step in one.steps)]


SIDE_BY_SIDE = frozenset({"convention", "plain", "namesake"})
"""The kinds of losses that are printed side by side where no number is asked for."""


def _all(asked: BoundLoss, most: float) -> Iterator[Variant]:
    yield Variant(asked._replace(others=()))
    near = list(_of_one(asked.loss, asked.changed, (), most))
    yield from near
    yield from _with_params(asked, (), most)
    for one in near:
        yield from _with_params(one.bound, one.steps, most)
    for loss, cost, name in _relatives(asked):
        if cost > most:
            continue
        step = Step("loss", name, f"{loss.title}, {loss.name}", cost)
        for one in _of_one(loss, _common(asked, loss), (step,), most):
            yield one
            if one.bound.convention is None:
                yield from _with_params(one.bound, one.steps, most)


def _of_one(
    loss: Loss, given: dict[str, ParamValue], steps: tuple[Step, ...], most: float
) -> Iterator[Variant]:
    """A loss as plain formula and by all its conventions, with some parameters given."""
    spent = sum(step.cost for step in steps)
    plain = () if steps else (Step("loss", "plain", "the plain formula"),)
    if spent + len(plain) <= most:
        with suppress(ParamError):
            yield Variant(bind_loss(loss, given), (*steps, *plain))
    for convention in loss.conventions if spent + 1 <= most else ():
        with suppress(ParamError):
            bound = bind_loss(loss, given, convention=convention)
            yield Variant(bound, (*steps, _step_of(bound, convention)))


def _step_of(bound: BoundLoss, convention: Convention) -> Step:
    why = f": {convention.differs}" if convention.differs else ""
    return Step("loss", "convention", f"as {convention.framework}'s {convention.name}{why}")


def _with_params(bound: BoundLoss, steps: tuple[Step, ...], most: float) -> Iterator[Variant]:
    """The loss with one parameter at another value: every word that it takes, or a usual number."""
    spent = sum(step.cost for step in steps)
    for param in bound.loss.params:
        cost = 1.0 if param.choices else 2.0
        if spent + cost > most:
            continue
        for value in _values(param):
            if value == bound.params[param.name]:
                continue
            step = Step("loss", "parameter", f"with {param.name}={param.show(value)}", cost)
            changed = {**bound.changed, param.name: value}
            with suppress(ParamError):
                yield Variant(bind_loss(bound.loss, changed, convention=bound.convention), (*steps, step))


def _values(param: Param) -> Sequence[ParamValue]:
    if param.choices:
        return param.choices
    if param.many:
        return ()
    found = []
    for value in USUAL:
        with suppress(ParamError):
            found.append(param.check(value))
    return found


def _common(asked: BoundLoss, loss: Loss) -> dict[str, ParamValue]:
    """What was given of the parameters that the other loss has as well."""
    names = {param.name for param in loss.params}
    return {name: value for name, value in asked.changed.items() if name in names}


def _relatives(asked: BoundLoss) -> Iterator[tuple[Loss, float, str]]:
    """Losses that a framework calls by the same name, those of the same family, and those that take the same
    inputs; each with its cost."""
    own = _names(asked.loss)
    for loss in all_losses():
        if loss is asked.loss:
            continue
        if own & _names(loss):
            yield loss, 1.0, "namesake"
        elif loss.gather and not asked.loss.gather:
            continue
        elif loss.family == asked.loss.family:
            yield loss, 2.0, "relative"
        elif _forms(loss) == _forms(asked.loss):
            yield loss, 3.0, "like"


def _forms(loss: Loss) -> list[tuple[str, str]]:
    """What a loss takes: the roles of its inputs, and how their columns are read."""
    return [(entry.role, entry.shape.value) for entry in loss.inputs]


@lru_cache(maxsize=1024)
def _names(loss: Loss) -> frozenset[str]:
    """Every name that a loss has in the frameworks, class and function written alike."""
    names = {loss.name}
    for convention in loss.conventions:
        names |= {word for name in convention.all_names for word in spellings(name)}
    return frozenset(names)
