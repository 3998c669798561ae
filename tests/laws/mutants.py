"""Losses that are wrong on purpose, each in one way: the law that it breaks must notice.

None is registered. Each is a real loss's record with one fact, or its function, replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.arrays import Rows
from losscli.domains import REALS, Fault, Interval
from losscli.errors import ShapeError
from losscli.formula import Formula
from losscli.numerics.exact import ExactSum, Number, root_mean
from losscli.params import Param, ParamValue
from losscli.registry import Accuracy, Loss, MomentsConstant, Perfect, Values, cells, get, square


@dataclass(frozen=True)
class Mutant:
    """A wrong loss and the law that must reject it; `words` say what is wrong with it.

    `because` is a part of the law's complaint, where the loss might be rejected for another reason.
    """

    law: str
    words: str
    make: Callable[[], Loss]
    because: str = ""

    def __str__(self) -> str:
        return f"{self.law}: {self.words}"


MUTANTS: list[Mutant] = []


def mutant(law: str, words: str, because: str = "") -> Callable[[Callable[[], Loss]], Callable[[], Loss]]:
    """Enter a function that makes a wrong loss."""

    def enter(make: Callable[[], Loss]) -> Callable[[], Loss]:
        MUTANTS.append(Mutant(law, words, make, because))
        return make

    return enter


def mse(**facts: Any) -> Loss:
    """mse with other facts."""
    return replace(get("mse"), **facts)


def computed(function: Callable[..., Rows]) -> Loss:
    """mse with another function; its docstring stays."""
    function.__doc__ = get("mse").function.__doc__
    return mse(function=function)


def documented(change: Callable[[str], str]) -> Loss:
    """mse with another docstring."""

    def function(target: Rows, prediction: Rows) -> Rows:
        return get("mse").function(target, prediction)

    function.__doc__ = change(get("mse").doc)
    return mse(function=function)


def root_of_squares(
    combine: Callable[[Mapping[str, Sequence[ExactSum]], Any, Values], Number] | None = None,
    statistic: Callable[[Rows], Rows] = lambda error: error,
) -> Loss:
    """A root mean squared error of our own, right unless another combine or statistic is given."""

    def function(target: Rows, prediction: Rows) -> dict[str, Any]:
        return {"squares": square(statistic(prediction - target))}

    def right(sums: Mapping[str, Sequence[ExactSum]], weight: Any, params: Values) -> Number:
        total, over = ExactSum(), ExactSum()
        for column in sums["squares"]:
            total.merge(column)
            over.merge(weight) if isinstance(weight, ExactSum) else over.add_count(weight)
        return root_mean(total, over)

    example, _, _ = get("mse").doc.partition(">>>")
    function.__doc__ = example + ">>> mse([0.0, 0.0], [3.0, 3.0])\n3.0\n"
    best = MomentsConstant(
        "the mean",
        lambda mean, params: mean,
        lambda mean, variance, params: np.sqrt(variance),
        needs_variance=True,
    )
    return mse(function=function, combine=combine or right, part="mse", best_constant=best)


def as_kind(kind: type[Loss], **facts: Any) -> Loss:
    """mse as a record of another class, which overrides a check."""
    base = mse(**facts)
    return kind(**{field.name: getattr(base, field.name) for field in fields(Loss)})


def with_param(param: Param) -> Loss:
    """mse with a parameter that scales nothing."""

    def function(target: Rows, prediction: Rows, **params: ParamValue) -> Rows:
        return get("mse").function(target, prediction)

    function.__doc__ = get("mse").function.__doc__
    return mse(function=function, slope=None, params=(param,))


GOOD_PARAM = Param("delta", 1.0, "nothing", interval=Interval(0.0, low_in=False))


# --- what a loss says of itself -------------------------------------------------------------------

LAW = "record is complete"
for _fact in ("title", "family", "source"):
    mutant(LAW, f"no {_fact}")(lambda _fact=_fact: mse(**{_fact: ""}))
mutant(LAW, "a direction of its own")(lambda: mse(direction="up"))
mutant(LAW, "an empty likelihood")(lambda: mse(likelihood=""))
mutant(LAW, "no convention named")(lambda: mse(same_as={}, differs={}, deviations=()))
mutant(LAW, "a formula over an unknown name")(lambda: mse(formula=Formula("(q - y)**2")))
mutant(LAW, "a formula that forgets the target")(lambda: mse(formula=Formula("p**2")))
mutant(LAW, "no formula of the gradient", because="go together")(lambda: mse(gradient_formula=None))
mutant(LAW, "a formula of no gradient", because="go together")(lambda: mse(slope=None))
mutant(LAW, "a gradient over an unknown name")(lambda: mse(gradient_formula=Formula("2 * (q - y)")))
mutant(LAW, "a kink over an unknown name")(lambda: mse(kinks=("q - y",)))
mutant(LAW, "a scale of errors over an unknown name")(lambda: mse(accuracy=Accuracy(against="largest")))
mutant(LAW, "a formula that does not parse")(lambda: mse(formula=Formula("(p - y")))
for _heading in ("Formula", "Shapes", "Unit", "Raises", "Not"):
    mutant(LAW, f"no heading {_heading}")(
        lambda _heading=_heading: documented(lambda doc: doc.replace(f"\n{_heading} ", "\nSomething "))
    )
mutant(LAW, "headings in another order")(
    lambda: documented(
        lambda doc: doc.replace("\nUnit ", "\nX ").replace("\nNot ", "\nUnit ").replace("\nX ", "\nNot ")
    )
)
mutant("example runs", "an example with another result")(
    lambda: documented(lambda doc: doc.replace("[1.0, 4.0]", "[1.0, 5.0]"))
)
mutant("example runs", "no example")(lambda: documented(lambda doc: doc.partition(">>>")[0]))
mutant("example runs", "an example of nothing")(
    lambda: documented(lambda doc: doc.partition(">>>")[0] + ">>> 1 + 1\n2\n")
)
mutant("names lead to the loss", "an alias that nobody knows")(lambda: mse(aliases=("mean_squared_nobody",)))
mutant("names lead to the loss", "an alias twice")(lambda: mse(aliases=("mse_loss", "MSE-loss")))
mutant("names lead to the loss", "a name with capitals")(lambda: mse(name="MSE"))
mutant("parameters are described", "a default outside its interval")(
    lambda: with_param(GOOD_PARAM._replace(default=-1.0))
)
mutant("parameters are described", "no words")(lambda: with_param(GOOD_PARAM._replace(words=" ")))
mutant("parameters are described", "neither interval nor choices")(
    lambda: with_param(GOOD_PARAM._replace(interval=None))
)
mutant("parameters are described", "a whole number where a float is kept")(
    lambda: with_param(GOOD_PARAM._replace(default=1))
)
mutant("parameters are described", "a default that is no choice")(
    lambda: with_param(Param("base", "e", "base", choices=("2", "10")))
)
mutant("parameters are described", "the name kept for conventions")(
    lambda: with_param(GOOD_PARAM._replace(name="as"))
)
mutant("spec is valid input", "a spec that leaves the parameters out")(lambda: as_kind(_Forgetful))
mutant("spec is valid input", "a spec of another loss")(lambda: mse(name="no_such_loss"))


class _Forgetful(Loss):
    def spec(self, params: Values) -> str:
        return f"{self.name}:delta=3"


# --- rows -----------------------------------------------------------------------------------------


@mutant("one number a row", "a mean in place of rows")
def _reduced() -> Loss:
    return computed(lambda target, prediction: np.mean((prediction - target) ** 2))


@mutant("one number a row", "a column too many")
def _tall() -> Loss:
    return computed(lambda target, prediction: ((prediction - target) ** 2)[..., None])


@mutant("one number a row", "a gradient of another shape")
def _flat_gradient() -> Loss:
    return mse(slope=lambda target, prediction: (2.0 * (prediction - target)).reshape(-1, 1))


@mutant("order of rows does not matter", "the row number counts")
def _numbered() -> Loss:
    return computed(
        lambda target, prediction: ((prediction - target).T ** 2 * (1.0 + 1e-12 * np.arange(len(target)))).T
    )


@mutant("order of rows does not matter", "a whole that forgets its first row")
def _headless() -> Loss:
    return root_of_squares(
        statistic=lambda error: error * (np.arange(len(error)) > 0).reshape(-1, *[1] * (error.ndim - 1))
    )


@mutant("any split equals the whole", "scaled by the block's largest")
def _scaled_by_block() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        largest = np.abs(prediction - target).max()
        return ((prediction - target) / largest) ** 2 * largest**2

    return computed(function)


@mutant("any split equals the whole", "a whole of centred blocks")
def _centred_blocks() -> Loss:
    return root_of_squares(statistic=lambda error: error - error.mean())


@mutant("any split equals the whole", "a gradient that divides by n")
def _mean_gradient() -> Loss:
    return mse(slope=lambda target, prediction: 2.0 * (prediction - target) / len(target))


@mutant("weight k equals the row k times", "a whole that knows no weights")
def _unweighted() -> Loss:
    def combine(sums: Mapping[str, Sequence[ExactSum]], weight: Any, params: Values) -> Number:
        return root_mean(sums["squares"][0], 37 if isinstance(weight, ExactSum) else weight)

    return root_of_squares(combine)


@mutant("weight k equals the row k times", "a row that sees the one before it")
def _neighbourly() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        error = (prediction - target) ** 2
        return error + 1e-9 * (np.diff(target, axis=0, prepend=target[:1]) != 0.0)

    return computed(function)


@mutant("columns stand alone", "the mean of the columns in each")
def _blended() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        error = (prediction - target) ** 2
        return (
            error
            if error.ndim == 1
            else np.ascontiguousarray(np.broadcast_to(error.mean(axis=1)[:, None], error.shape))
        )

    return computed(function)


@mutant("columns stand alone", "a gradient divided by the columns")
def _shared_gradient() -> Loss:
    return mse(
        slope=lambda target, prediction: (
            2.0 * (prediction - target) / (1 if target.ndim == 1 else target.shape[1])
        )
    )


@mutant("inputs stay untouched", "computes in place")
def _in_place() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        prediction -= target
        return prediction * prediction

    return computed(function)


@mutant("inputs stay untouched", "its gradient computes in place")
def _gradient_in_place() -> Loss:
    def slope(target: Rows, prediction: Rows) -> Rows:
        np.subtract(prediction, target, out=prediction)
        return 2.0 * prediction

    return mse(slope=slope)


class _Unconverted(Loss):
    def check(self, arrays: Sequence[Any], params: Values) -> tuple[Rows, ...]:
        return tuple(np.asarray(array) for array in arrays)


@mutant("memory layout does not matter", "single precision stays single")
def _unconverted() -> Loss:
    return as_kind(_Unconverted)


@mutant("memory layout does not matter", "reads the memory, not the rows")
def _memory_order() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        return ((prediction.ravel(order="K") - target.ravel(order="K")) ** 2).reshape(target.shape)

    return as_kind(_Unconverted, function=function)


@mutant("no nan and no warning", "0 divided by 0", because="^nan for")
def _undefined() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        error = prediction - target
        with np.errstate(all="ignore"):
            return np.where(error == 0.0, error / error, error * error)

    return computed(function)


@mutant("no nan and no warning", "a gradient of 0 / 0", because="^the gradient is nan for")
def _undefined_gradient() -> Loss:
    def slope(target: Rows, prediction: Rows) -> Rows:
        error = prediction - target
        with np.errstate(all="ignore"):
            return np.where(error == 0.0, error / error, 2.0 * error)

    return mse(slope=slope)


@mutant("no nan and no warning", "a warning of numpy", because="divide by zero")
def _warns() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        with np.errstate(over="ignore"):
            return np.exp(np.log(np.abs(prediction - target)) * 2.0)

    return computed(function)


@mutant("the per-row part is the loss it names", "a part that is another loss")
def _other_part() -> Loss:
    return root_of_squares(statistic=lambda error: 2.0 * error)


@mutant("the per-row part is the loss it names", "no part named")
def _no_part() -> Loss:
    return replace(root_of_squares(), part=None)


# --- values ---------------------------------------------------------------------------------------


@mutant("gradient is the derivative", "half of it")
def _half_gradient() -> Loss:
    return mse(slope=lambda target, prediction: prediction - target)


@mutant("gradient is the derivative", "by the target")
def _gradient_by_target() -> Loss:
    return mse(slope=lambda target, prediction: 2.0 * (target - prediction))


@mutant("gradient is the derivative", "a finite difference")
def _differenced() -> Loss:
    def slope(target: Rows, prediction: Rows) -> Rows:
        return ((prediction + 1e-5 - target) ** 2 - (prediction - 1e-5 - target) ** 2) / 2e-5

    return mse(slope=slope)


SAYS_SLOPE = "gradient formula is the gradient"
mutant(SAYS_SLOPE, "half of it", because="and function are")(lambda: mse(gradient_formula=Formula("p - y")))
mutant(SAYS_SLOPE, "by the target", because="and function are")(
    lambda: mse(gradient_formula=Formula("2 * (y - p)"))
)
mutant(SAYS_SLOPE, "right, but the function is another", because="and function are")(_half_gradient)
mutant(SAYS_SLOPE, "off by less than a double shows", because="and derivative are")(
    lambda: mse(gradient_formula=Formula("2 * (p - y) * (1 + 2**-60)"))
)
mutant(SAYS_SLOPE, "undefined", because="and function are")(
    lambda: mse(gradient_formula=Formula("2 * (p - y) + sqrt(-1)"))
)


def _constantly(value: float) -> Callable[[Rows, Values], Rows]:
    return lambda target, params: np.full(target.shape, value)


@mutant("perfect prediction is perfect", "another value declared")
def _other_value() -> Loss:
    return mse(perfect=Perfect("it", lambda target, params: target.copy(), _constantly(1e-9)))


@mutant("perfect prediction is perfect", "another prediction declared")
def _other_prediction() -> Loss:
    return mse(perfect=Perfect("it", lambda target, params: target + 1e-8, _constantly(0.0)))


@mutant("perfect prediction is perfect", "something is better")
def _beaten() -> Loss:
    def function(target: Rows, prediction: Rows) -> Rows:
        error = prediction - target
        return error * error - 1e-3 * np.minimum(np.abs(error), 1.0)

    return computed(function)


@mutant("perfect prediction is perfect", "the wrong direction")
def _wrong_direction() -> Loss:
    return mse(direction="maximize")


def _moments(constant: Callable[[Any], Any], closed: Callable[[Any, Any], Any]) -> Loss:
    return mse(
        best_constant=MomentsConstant(
            "it",
            lambda mean, params: constant(mean),
            lambda mean, variance, params: closed(mean, variance),
            needs_variance=True,
        )
    )


mutant("best constant is best", "next to the mean")(
    lambda: _moments(lambda m: m + 1e-3, lambda m, v: v + 1e-6)
)
mutant("best constant is best", "another closed form")(lambda: _moments(lambda m: m, lambda m, v: v / 2.0))
mutant("best constant is best", "no number")(lambda: _moments(lambda m: np.nan, lambda m, v: v))


# --- refusals -------------------------------------------------------------------------------------


class _Broadcasting(Loss):
    def check_shapes(self, shapes: Sequence[tuple[int, ...]], params: Values) -> None:
        pass


class _Unchecking(Loss):
    def check(self, arrays: Sequence[Any], params: Values) -> tuple[Rows, ...]:
        blocks = tuple(np.array(array, dtype=np.float64) for array in arrays)
        self.check_shapes([block.shape for block in blocks], params)
        return blocks


class _Cutting(Loss):
    def check(self, arrays: Sequence[Any], params: Values) -> tuple[Rows, ...]:
        if len(arrays) != 2:
            raise ShapeError("two arrays, please")
        rows = min(np.shape(array)[0] if np.ndim(array) else 0 for array in arrays)
        return super().check([np.asarray(array)[:rows] for array in arrays], params)


mutant("shapes that differ are refused", "broadcasts")(lambda: as_kind(_Broadcasting))
mutant("shapes that differ are refused", "cuts to the shorter")(lambda: as_kind(_Cutting))
mutant("no rows are refused", "no rows are fine")(lambda: as_kind(_Broadcasting))
mutant("values outside are refused", "nan is fine")(lambda: as_kind(_Unchecking))


class _Misnaming(Interval):
    """Finds the fault, but a row too late."""

    def faults(self, block: Rows, width: int) -> list[Fault]:
        found = super().faults(block, width)
        return [Fault(np.roll(fault.mask, 1, axis=0), fault.words) for fault in found]


class _Lenient(Interval):
    """Lets everything pass, whatever it says."""

    def faults(self, block: Rows, width: int) -> list[Fault]:
        return []


def _over(domain: Interval) -> Loss:
    inputs = (cells("target", "y", REALS, "a number"), cells("prediction", "p", domain, "a number"))
    return mse(inputs=inputs)


mutant("values outside are refused", "the wrong row is named")(lambda: _over(_Misnaming(0.0, 1.0)))
mutant("values outside are refused", "values outside pass")(lambda: _over(_Lenient(0.0, 1.0)))


class _Generous(Param):
    def check(self, value: ParamValue) -> ParamValue:
        return value


class _Clipping(Param):
    def check(self, value: ParamValue) -> ParamValue:
        return 1.0 if isinstance(value, float) else super().check(value)


mutant("parameters outside are refused", "any value passes")(
    lambda: with_param(_Generous("delta", 1.0, "it", interval=Interval(0.0)))
)
mutant("parameters outside are refused", "bad numbers are clipped")(
    lambda: with_param(_Clipping("delta", 1.0, "it", interval=Interval(0.0)))
)
