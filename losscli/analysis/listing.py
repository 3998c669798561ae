"""`list`: the losses that match a text, a family, a framework, a kind of target."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from losscli import losses as _losses  # noqa: F401  registers every family
from losscli.errors import UnknownLoss, UsageError
from losscli.registry import Loss, all_losses, nearest
from losscli.registry.lookup import ADVICE, normalise
from losscli.report.listing import FRAMEWORKS, ListedLoss, ListReport


def list_losses(
    text: str | None = None,
    *,
    family: str | None = None,
    framework: str | None = None,
    target: str | None = None,
) -> ListReport:
    """The losses whose name, alias, title or framework call holds `text`, and that pass the filters.

    Raises UsageError for a family, framework or kind of target that no loss has, UnknownLoss when nothing
    matches."""
    entries = [listed(record) for record in all_losses()]
    chosen = _filtered(entries, "family", family, lambda entry: (entry.family,))
    chosen = _filtered(chosen, "framework", framework, _frameworks, known=FRAMEWORKS)
    chosen = _filtered(chosen, "target", target, lambda entry: (entry.target,), known=_kinds(entries))
    if text is not None:
        chosen = [entry for entry in chosen if _matches(entry, text)]
    filters = {"text": text, "family": family, "framework": framework, "target": target}
    said = tuple(f"{name} {value}" for name, value in filters.items() if value is not None)
    if not chosen:
        raise UnknownLoss(f"no loss with {', '.join(said)}", hint=_hint(text, len(said)))
    return ListReport(tuple(chosen), len(entries), said, normalise(framework) if framework else "")


def listed(record: Loss) -> ListedLoss:
    """A loss as `list` shows it; domains are those of the default parameters."""
    defaults = record.resolve({})
    return ListedLoss(
        name=record.name,
        title=record.title,
        family=record.family,
        direction=record.direction,
        inputs=tuple((entry.role, entry.domain_for(defaults).kind) for entry in record.inputs),
        params=tuple(str(param) for param in record.params),
        aliases=record.aliases,
        conventions=tuple((own.framework, own.name, own.call, own.differs) for own in record.conventions),
        related=tuple(record.differs.items()),
        origin=record.origin,
    )


def _frameworks(entry: ListedLoss) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys([name for name, *_ in entry.conventions] + [name for name, _ in entry.related])
    )


def _kinds(entries: Sequence[ListedLoss]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.target for entry in entries))


def _filtered(
    entries: list[ListedLoss],
    name: str,
    wanted: str | None,
    values: Callable[[ListedLoss], tuple[str, ...]],
    known: Sequence[str] = (),
) -> list[ListedLoss]:
    if wanted is None:
        return entries
    word = normalise(wanted)
    present = list(dict.fromkeys([*known, *(value for entry in entries for value in values(entry))]))
    if word not in present:
        near = difflib.get_close_matches(word, present, n=1)
        start = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"no {name} is called {wanted!r}", hint=f"{start}there are {', '.join(present)}")
    return [entry for entry in entries if word in values(entry)]


def _matches(entry: ListedLoss, text: str) -> bool:
    calls = [call for _, _, call, _ in entry.conventions]
    plain = " ".join(text.lower().split())
    names = (normalise(name) for name in (entry.name, entry.family, *entry.aliases))
    return any(normalise(text) in name for name in names) or any(
        plain in words.lower() for words in (entry.title, *calls)
    )


def _hint(text: str | None, filters: int) -> str:
    if text is not None and normalise(text) in ADVICE:
        return f"use {ADVICE[normalise(text)]}"
    near = nearest(text) if text is not None else []
    if near and filters == 1:
        return f"did you mean {', '.join(near)}?"
    return "losscli list without arguments prints all" if filters < 2 else "leave one of the filters out"
