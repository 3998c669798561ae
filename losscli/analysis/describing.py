"""Losses, codes and topics as text: every sentence comes from a fact, a docstring or a class that the code
runs on."""

from __future__ import annotations

import inspect
import textwrap

from losscli.analysis.examples import example_call
from losscli.analysis.frameworks import contrast, in_order, label
from losscli.analysis.listing import listed
from losscli.analysis.topic import Topic
from losscli.analysis.topics import TOPICS
from losscli.errors import SeveralErrors, by_code
from losscli.registry import BoundLoss, Loss, NoConstant, all_losses, families
from losscli.report.explaining import Explanation
from losscli.report.warnings import WARNINGS

WIDTH = 79
LABEL = 15
CODE = 6
HEADINGS = ("Formula", "Shapes", "Unit", "Raises", "Not", "Gradient", "Example")
"""The fixed headings of a loss's docstring."""


def describe_index() -> Explanation:
    """The list of topics: losses by family, what to know once, codes."""
    by_family = {
        family: [loss.name for loss in all_losses() if loss.family == family] for family in families()
    }
    codes = {code: _first_sentence(kind) for code, kind in by_code().items() if code != SeveralErrors.code}
    lines = ["losscli explain TOPIC explains a loss, a code, or one of these topics.", ""]
    lines += [f"  {entry.name:<14} {entry.title}" for entry in TOPICS]
    lines += ["", "Losses (losscli list shows more):"]
    for family, names in by_family.items():
        lines += _labelled(f"  {family}", " ".join(names))
    lines += ["", "Errors:"]
    lines += [line for code, words in codes.items() for line in _labelled(f"  {code}", words, 8)]
    lines += ["", "Warnings:"]
    lines += [
        line for code, entry in WARNINGS.items() for line in _labelled(f"  {code}", entry.title + ".", 8)
    ]
    lines += ["", "One sample, step by step:", "  losscli explain bce --target 1 --prediction 0.8"]
    lines += ["One row of files:", "  losscli explain bce y.csv p.csv --row 17"]
    facts = {
        "losses": by_family,
        "topics": {entry.name: entry.title for entry in TOPICS},
        "codes": codes | {code: entry.title for code, entry in WARNINGS.items()},
    }
    return Explanation("topics", "index", "What can be explained", tuple(lines), {"index": facts})


def describe_topic(entry: Topic) -> Explanation:
    """A topic's text."""
    if entry.compute is None:
        return Explanation(entry.name, "topic", entry.title, entry.lines())
    computed = entry.compute()
    facts = {"numbers": dict(computed.numbers)}
    return Explanation(entry.name, "topic", entry.title, entry.lines(computed), facts)


def describe_code(code: str) -> Explanation:
    """An error or warning code: what it means, its exit code."""
    if code in WARNINGS:
        entry = WARNINGS[code]
        lines = (
            *_labelled(code, entry.title, CODE),
            "",
            *_wrapped(entry.words),
            "",
            "A warning; the exit code stays 0.",
        )
        return Explanation(code, "code", entry.title, lines, {"exit_code": 0})
    kind = by_code()[code]
    first = _first_sentence(kind)
    words = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    rest = words.removeprefix(first).strip()
    gravest = "the gravest of the exit codes of its errors" if kind is SeveralErrors else str(kind.exit_code)
    body = ("", *_wrapped(rest)) if rest else ()
    lines = (*_labelled(code, first, CODE), *body, "", f"exit code: {gravest}")
    facts = {} if kind is SeveralErrors else {"exit_code": kind.exit_code}
    return Explanation(code, "code", first, tuple(lines), facts)


def describe_loss(bound: BoundLoss) -> Explanation:
    """Everything that is known of a loss, under these parameters."""
    loss = bound.loss
    lines = [f"{bound.spec}  {loss.title}"]
    if loss.aliases:
        lines += _labelled("also called", ", ".join(loss.aliases))
    lines += _labelled("family", f"{loss.family}; {_direction(loss)}{_unit(bound)}{_origin(loss)}")
    lines += ["", *_wrapped(_summary(loss)), ""]
    sections = docstring_sections(loss)
    lines += _formula(bound, sections)
    lines += _labelled("shapes", sections.get("Shapes", ""))
    lines += _inputs(bound)
    lines += _parameters(loss)
    lines += _facts(bound, sections)
    lines += _frameworks(loss)
    lines += _labelled("not", sections.get("Not", ""))
    lines += _labelled("source", loss.source)
    lines += ["", "example", f"  >>> from losscli.losses import {loss.name}"]
    lines += [line for shown in docstring_example(loss) for line in _code(shown)]
    lines += ["one sample, step by step", *_command(example_call(bound))]
    return Explanation(bound.spec, "loss", loss.title, tuple(lines), _plain(bound, sections))


def docstring_sections(loss: Loss) -> dict[str, str]:
    """The words under each fixed heading of the docstring, on one line each."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in loss.doc.splitlines():
        heading, _, words = line.partition(" ")
        if heading in HEADINGS:
            current = heading
            found[current] = [words.strip()]
        elif line.startswith(">>>") or not line.strip():
            current = ""
        elif current:
            found[current].append(line.strip())
    return {heading: " ".join(words) for heading, words in found.items()}


def docstring_example(loss: Loss) -> list[str]:
    """The lines of the docstring's example, with their results."""
    lines = loss.doc.splitlines()
    start = next((place for place, line in enumerate(lines) if line.startswith(">>>")), len(lines))
    return [line for line in lines[start:] if line.strip()]


def _summary(loss: Loss) -> str:
    return " ".join(loss.doc.split("\n\n")[0].split())


def _direction(loss: Loss) -> str:
    return {"minimize": "lower is better", "maximize": "higher is better"}.get(
        loss.direction, "neither is better"
    )


def _unit(bound: BoundLoss) -> str:
    unit = bound.loss.unit_for(bound.params)
    return f"; in {unit}" if unit else ""


def _origin(loss: Loss) -> str:
    return "" if loss.origin == "losscli" else f"; from {loss.origin}"


def _inputs(bound: BoundLoss) -> list[str]:
    lines: list[str] = []
    for entry in bound.loss.inputs:
        words = f"{entry.symbol}: {entry.words}; {entry.domain_for(bound.params)}"
        lines += _labelled(entry.role, words)
    return lines


def _parameters(loss: Loss) -> list[str]:
    if not loss.params:
        return _labelled("parameters", "none")
    lines: list[str] = []
    for place, param in enumerate(loss.params):
        aliases = f"; also {', '.join(param.aliases)}" if param.aliases else ""
        lines += _labelled("" if place else "parameters", f"{param}{aliases}")
    return lines


def _facts(bound: BoundLoss, sections: dict[str, str]) -> list[str]:
    loss = bound.loss
    lines = _labelled("gradient", sections.get("Gradient") or _gradient(bound))
    lines += _labelled("perfect", loss.perfect.words + ("" if loss.perfect.attained else " (only tended to)"))
    best = loss.best_constant
    lines += _labelled("best constant", ("none: " if isinstance(best, NoConstant) else "") + best.words)
    if loss.likelihood:
        lines += _labelled("likelihood", loss.likelihood)
    if loss.part:
        lines += _labelled("whole set", f"exists for all rows together; its per-row part is {loss.part}")
    return lines


def _formula(bound: BoundLoss, sections: dict[str, str]) -> list[str]:
    """The formula under these parameters, and in full where they simplify it."""
    loss = bound.loss
    if loss.part:
        return _labelled("formula", sections.get("Formula", ""))
    short = str(loss.formula.under(bound.params))
    lines = _labelled("formula", short)
    return lines if short == str(loss.formula) else lines + _labelled("in full", str(loss.formula))


def _gradient(bound: BoundLoss) -> str:
    loss = bound.loss
    if loss.slope is None:
        return "none"
    part = "of the per-row part, " if loss.part else ""
    asked = f"{part}by {_gradient_symbol(loss)}, with --gradient"
    if loss.gradient_formula is None:
        return asked
    return f"{loss.gradient_formula.under(bound.params)}\n{asked}"


def _gradient_symbol(loss: Loss) -> str:
    return loss.inputs[loss.slope_at(loss.resolve({}))].symbol


def _frameworks(loss: Loss) -> list[str]:
    lines: list[str] = []
    for own in in_order(loss):
        words = f"same: {own.call}" if own.same else f"{own.call}: {own.differs}"
        lines += _beside(label(loss, own), words)
    for name, words in loss.differs.items():
        lines += _beside(name, f"related: {words}")
    return lines + _contrast(loss)


def _contrast(loss: Loss) -> list[str]:
    found = contrast(loss)
    if found is None:
        return []
    arrays = ", ".join(f"{symbol} = {_array(values)}" for symbol, values in found.inputs)
    lines = _labelled("for example", f"on {arrays}")
    width = max(len(name) for name, _ in found.numbers) + 2
    return lines + [f"{'':<{LABEL}}{name:<{width}}{value:.6g}" for name, value in found.numbers]


def _array(values: object) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(map(_array, values)) + "]"
    return f"{values:g}"


def _plain(bound: BoundLoss, sections: dict[str, str]) -> dict[str, object]:
    """What JSON holds of a loss: the entry of `list` and what only `explain` says."""
    loss = bound.loss
    facts: dict[str, object] = dict(listed(loss).plain())
    facts |= {
        "spec": bound.spec,
        "params": dict(bound.params),
        "summary": _summary(loss),
        "formula": str(loss.formula),
        "gradient_formula": None if loss.gradient_formula is None else str(loss.gradient_formula),
        "gradient_by": None if loss.slope is None else _gradient_symbol(loss),
        "shapes": sections.get("Shapes"),
        "unit": loss.unit_for(bound.params),
        "likelihood": loss.likelihood,
        "contrast": None if (found := contrast(loss)) is None else found.plain(),
        "best_constant": None if isinstance(loss.best_constant, NoConstant) else loss.best_constant.words,
        "not": sections.get("Not"),
        "source": loss.source,
        "example": docstring_example(loss),
    }
    return facts


def _first_sentence(kind: type) -> str:
    words = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    return words.partition(". ")[0].rstrip(".") + "."


def _code(line: str) -> list[str]:
    """A line of an example; a long one is broken at a blank, which in a call's brackets Python allows."""
    if not line.startswith(">>>") or len(line) + 2 <= WIDTH:
        return [f"  {line}"]
    return textwrap.wrap(
        line, WIDTH, initial_indent="  ", subsequent_indent="  ...     ", break_long_words=False
    )


def _command(text: str) -> list[str]:
    """A command; a long one goes on behind a backslash."""
    lines = textwrap.wrap(
        text,
        WIDTH - 2,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _beside(label: str, text: str) -> list[str]:
    """As `_labelled`; a long label has a line of its own."""
    if len(label) < LABEL:
        return _labelled(label, text)
    return [label, *_labelled("", text)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _labelled(label: str, text: str, width: int = LABEL) -> list[str]:
    """A label and its words beside it, wrapped; nothing where there are no words."""
    if not text:
        return []
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines += textwrap.wrap(paragraph, WIDTH - width, break_on_hyphens=False, subsequent_indent="  ")
    return [f"{label if not place else '':<{width}}{line}".rstrip() for place, line in enumerate(lines)]
