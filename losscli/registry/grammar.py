"""LOSSES: ``NAME[:PARAM=VALUE...]``, several separated by commas; a NAME may be ``FRAMEWORK.FUNCTION``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from losscli.errors import LosscliError, ParamError, SeveralErrors, UnknownLoss, UsageError
from losscli.params import ParamValue, find, resolve
from losscli.registry.bound import BoundLoss
from losscli.registry.conventions import Convention
from losscli.registry.foreign import convention_of
from losscli.registry.lookup import candidates
from losscli.registry.record import Loss

_SEPARATOR = re.compile(r",(?![0-9+\-.])")
"""A comma that a digit, a sign or a dot follows continues a value; any other one starts the next loss."""

Given = Mapping[str, ParamValue]


def bind(name: str, **params: ParamValue) -> BoundLoss:
    """A loss by name with parameters given as values; `as_` names a framework. Raises UnknownLoss,
    ParamError."""
    framework = params.pop("as_", None)
    found = _bind_all(name, params, "" if framework is None else str(framework))
    return found[0]._replace(others=tuple(found[1:]))


def bind_loss(
    loss: Loss, given: Given, framework: str = "", convention: Convention | None = None
) -> BoundLoss:
    """A loss with every parameter's value: what was given, else the convention's, else the default."""
    if convention is None and framework:
        convention = convention_of(loss, framework)
    params = resolve(loss.params, given, loss.name)
    if convention is not None:
        named = {find(loss.params, key, loss.name).name for key in given}
        fixed = {key: value for key, value in convention.params.items() if key not in named}
        params |= resolve(loss.params, {**fixed, **{key: params[key] for key in named}}, loss.name)
    return BoundLoss(loss, params, convention)


def parse_losses(text: str, framework: str = "") -> tuple[BoundLoss, ...]:
    """What LOSSES means, in order; `framework` is the convention of every loss that names none itself. All
    mistakes are reported together; a loss named twice is one of them."""
    found: list[BoundLoss] = []
    mistakes: list[LosscliError] = []
    for part in _SEPARATOR.split(text):
        try:
            bound = _parse_one(part, framework)
            if any(other.spec == bound.spec for other in found):
                raise UsageError(f"{bound.spec} is named twice in {text!r}")
            found.append(bound)
        except (UnknownLoss, ParamError, UsageError) as mistake:
            mistakes.append(mistake)
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise SeveralErrors(mistakes)
    return tuple(found)


def _parse_one(text: str, framework: str) -> BoundLoss:
    name, *settings = text.split(":")
    if not name.strip():
        raise UnknownLoss("a loss's name is missing", hint="for example bce, or huber:delta=0.5, or mse,mae")
    given: dict[str, str] = {}
    own = ""
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            example = _example(candidates(name)[0][0])
            raise ParamError(f"{text}: {setting!r} is no PARAM=VALUE", hint=example)
        key = key.strip().lower()
        if key in given or (key == "as" and own):
            raise ParamError(f"{text}: {key} is given twice")
        if key == "as":
            own = value.strip()
            if not own:
                raise ParamError(f"{text}: no framework is named", hint="for example :as=torch")
            continue
        given[key] = value
    found = _bind_all(name, given, own or framework, own=bool(own))
    return found[0]._replace(others=tuple(found[1:]))


def _bind_all(
    name: str, given: Mapping[str, ParamValue], framework: str, own: bool = True
) -> list[BoundLoss]:
    """Every meaning of a name, with parameters, which may be texts."""
    found = []
    for loss, convention in candidates(name):
        if convention is not None and framework and own:
            raise ParamError(
                f"{name}:as={framework}: {name} says already whose convention it is",
                hint=f"{loss.name}:as={framework}",
            )
        found.append(bind_loss(loss, _read(loss, given), "" if convention else framework, convention))
    return found


def _read(loss: Loss, given: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    found: dict[str, ParamValue] = {}
    for key, value in given.items():
        param = find(loss.params, key, loss.name)
        if param.name in found:
            raise ParamError(f"{loss.name}: {param.name} is given twice")
        found[param.name] = param.parse(value) if isinstance(value, str) else value
    return found


def _example(record: Loss) -> str:
    if not record.params:
        return f"{record.name} has no parameters"
    param = record.params[0]
    return f"for example {record.name}:{param.name}={param.show(param.default)}"


def twice(bound: Sequence[BoundLoss]) -> str | None:
    """A spec that occurs more than once; None where none does."""
    specs = [one.spec for one in bound]
    return next((spec for spec in specs if specs.count(spec) > 1), None)
