"""Laws about what a loss says of itself: nothing is missing, nothing is ambiguous, every example runs."""

from __future__ import annotations

import doctest
import re

from losscli.domains import Interval
from losscli.errors import LosscliError
from losscli.formula import Formula
from losscli.params import Param
from losscli.registry import BoundLoss, Loss, NoConstant, all_losses, get, parse_losses
from losscli.registry.lookup import normalise
from tests.laws.cases import Case, LawError, law, require
from tests.settings import settings

HEADINGS = ("Formula", "Shapes", "Unit", "Raises", "Not")
SENTENCE = re.compile(r"^[A-Z0-9].*\.$")


@law("record is complete")
def record_is_complete(case: Case) -> None:
    loss = case.loss
    for fact in ("name", "title", "family", "source"):
        text = getattr(loss, fact)
        require(isinstance(text, str) and text.strip() == text and text, f"{fact} is missing: {text!r}")
    require(loss.title[0].isupper(), f"the title begins small: {loss.title!r}")
    require(loss.direction in ("minimize", "maximize"), f"direction {loss.direction!r}")
    require(
        loss.inputs and all(entry.words and entry.role and entry.symbol for entry in loss.inputs), "inputs"
    )
    require(
        loss.likelihood is None or loss.likelihood.strip(),
        "an empty likelihood: None means that there is none",
    )
    require(loss.perfect.words and loss.best_constant.words, "perfect or best constant without words")
    require(loss.accuracy.ulp > 0, f"{loss.accuracy}")
    require(isinstance(loss.unit_for(case.params), str), "the unit is no text")
    require(
        loss.conventions or loss.differs,
        "no framework's call is named, neither the same nor a different one",
    )
    for framework, words in (*loss.same_as.items(), *loss.differs.items()):
        require(framework.islower() and words.strip(), f"an empty convention of {framework!r}")
    if loss.slope is None:
        case.exempt("gradient is the derivative", "the record has no gradient")
    if isinstance(loss.best_constant, NoConstant):
        case.exempt("best constant is best", "the record names no closed form")
    require(
        (loss.slope is None) == (loss.gradient_formula is None),
        "a gradient and its formula go together: one of them is missing",
    )
    _docstring_is_complete(loss)
    _formula_fits(loss)


def _docstring_is_complete(loss: Loss) -> None:
    lines = loss.doc.splitlines()
    require(lines and SENTENCE.match(lines[0]), f"the docstring opens with no sentence: {lines[:1]}")
    places = []
    for heading in HEADINGS:
        found = [number for number, line in enumerate(lines) if re.match(rf"{heading}\s+\S", line)]
        require(len(found) == 1, f"the heading {heading} occurs {len(found)} times")
        places += found
    require(places == sorted(places), "the headings stand in another order")


def _formula_fits(loss: Loss) -> None:
    known = {entry.symbol for entry in loss.inputs} | {param.name for param in loss.params}
    symbols = {entry.symbol for entry in loss.inputs}
    require(len(symbols) == len(loss.inputs), "two inputs have one symbol")
    known |= {entry.symbol for params in settings(loss) for entry in loss.inputs_for(params)}
    if loss.gather:
        known.add("i")
    symbols = {entry.symbol for entry in loss.inputs if entry.default is None}
    scales = [loss.accuracy.against] if loss.accuracy.against not in ("value", "largest term") else []
    slopes = [] if loss.gradient_formula is None else [loss.gradient_formula]
    for formula in (loss.formula, *slopes, *map(Formula, [*loss.kinks, *scales])):
        try:
            used = formula.names
        except (SyntaxError, ValueError) as error:
            raise LawError(f"{formula.text!r} is no formula: {error}") from error
        require(used <= known, f"{formula.text!r} uses {sorted(used - known)}, known are {sorted(known)}")
    require(symbols <= loss.formula.names, f"the formula does not use {sorted(symbols - loss.formula.names)}")


@law("example runs")
def example_runs(case: Case) -> None:
    loss = case.loss
    scope = {loss.name: loss}
    test = doctest.DocTestParser().get_doctest(loss.doc, scope, loss.name, None, 0)
    require(any(loss.name in example.source for example in test.examples), "no example calls the loss")
    report: list[str] = []
    results = doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    require(results.failed == 0, "the example fails:\n" + "".join(report))


@law("names lead to the loss")
def names_lead_to_the_loss(case: Case) -> None:
    loss = case.loss
    require(normalise(loss.name) == loss.name, f"{loss.name!r} is not written as the registry keeps names")
    names = [normalise(name) for name in (loss.name, *loss.aliases)]
    require(len(set(names)) == len(names), f"a name occurs twice: {names}")
    for name in (loss.name, *loss.aliases):
        for spelling in (name, name.upper(), name.replace("_", "-"), f" {name} "):
            try:
                found = get(spelling).name
            except LosscliError as error:
                raise LawError(f"{spelling!r} is no name of it: {error}") from error
            require(found == loss.name, f"{spelling!r} means {found}")


@law("parameters are described")
def parameters_are_described(case: Case) -> None:
    seen: set[str] = set()
    for param in case.loss.params:
        require(param.words.strip(), f"{param.name} has no words")
        require(
            bool(param.choices) != isinstance(param.interval, Interval), f"{param.name}: interval or choices"
        )
        names = {param.name, *param.aliases}
        require(len(names) == 1 + len(param.aliases), f"{param.name} names itself twice")
        require(not names & seen, f"{sorted(names & seen)} mean two parameters")
        require("as" not in names, f"{param.name}: `as` is kept for conventions")
        seen |= names
        _default_is_good(param)


def _default_is_good(param: Param) -> None:
    if param.default is None:
        return
    try:
        kept = param.check(param.default)
    except LosscliError as error:
        raise LawError(f"the default of {param.name} is not allowed: {error}") from error
    require(
        kept == param.default and type(kept) is type(param.default),
        f"the default of {param.name} reads {kept!r}",
    )


@law("spec is valid input")
def spec_is_valid_input(case: Case) -> None:
    spec = case.loss.spec(case.params)
    for text in (spec, spec.upper().replace("_", "-")):
        (bound,) = _parse(text)
        require(bound.loss.name == case.loss.name, f"{text!r} means {bound.loss.name}")
        require(
            dict(bound.params) == dict(case.params), f"{text!r} reads as {bound.params}, not {case.params}"
        )
        require(bound.spec == spec, f"{text!r} prints as {bound.spec!r}")
    for other in [record.name for record in all_losses() if record.name != case.loss.name][:2]:
        for text in (f"{spec},{other}", f"{other},{spec}"):
            names = [bound.loss.name for bound in _parse(text)]
            require(sorted(names) == sorted([case.loss.name, other]), f"{text!r} means {names}")


def _parse(text: str) -> tuple[BoundLoss, ...]:
    try:
        return parse_losses(text)
    except LosscliError as error:
        raise LawError(f"{text!r} is no valid LOSSES: {error}") from error
