"""The requirements of `check`: what may be limited, how it is written, and which numbers it needs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from losscli.errors import LosscliError, UsageError
from losscli.records import NamedTuple
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss, NoConstant, parse_losses

KINDS: Final = ("max", "min", "equals")
ROWS: Final = ("n", "coverage")
"""What is said of the rows, not of a loss."""
STATS: Final = ("mean", "sum", "min", "max", "std", "median", *ROWS, "skill")
_QUANTILE: Final = re.compile(r"p\d+(?:\.\d+)?", re.ASCII)


class Requirement(NamedTuple):
    """One requirement: the `stat` of the loss `spec` in `segment` is at most, at least or equal to `limit`.

    An empty `spec` means every loss, an empty `stat` the loss's own number. `text` is the term as it was
    written.
    """

    kind: str
    limit: float
    spec: str = ""
    stat: str = ""
    segment: str | None = None
    text: str = ""

    @property
    def quantile(self) -> str | None:
        """The quantile of the rows that it needs, as a word of --reduction."""
        return self.stat if self.stat == "median" or _QUANTILE.fullmatch(self.stat) else None


def parse_requirements(
    given: Mapping[str, Sequence[str]],
    losses: Sequence[BoundLoss],
    *,
    segmented: bool = False,
    beside: object = None,
) -> tuple[Requirement, ...]:
    """The requirements that `--max`, `--min` and `--equals` state, in this order; `beside` is what else is
    required.

    Raises UsageError for none, a limit that is no finite number, a loss that is not computed, a stat that
    does not exist, a segment without --by, one that is given twice.
    """
    found = [
        _parse(kind, text, losses, segmented=segmented) for kind in KINDS for text in given.get(kind, ())
    ]
    if not found and beside is None:
        raise UsageError("check needs a requirement", hint="for example --max 0.35, or --max bce/p95=2")
    twice = [one for place, one in enumerate(found) if one in found[:place]]
    if twice:
        raise UsageError(f"--{twice[0].kind} {twice[0].text} is given twice")
    return tuple(found)


def _parse(kind: str, text: str, losses: Sequence[BoundLoss], *, segmented: bool) -> Requirement:
    limit = parse_limit(kind, text, text.rpartition("=")[2])
    return parse_term(kind, text, losses, segmented=segmented)._replace(limit=limit)


def parse_term(kind: str, text: str, losses: Sequence[BoundLoss], *, segmented: bool) -> Requirement:
    """What is limited, of V or TERM=V; the limit itself is left at 0. Raises UsageError."""
    term, equals, number = text.rpartition("=")
    if not equals:
        if len(losses) > 1:
            specs = ", ".join(bound.spec for bound in losses)
            raise UsageError(
                f"--{kind} {text}: of which loss? {specs} are computed",
                hint=f"--{kind} {losses[0].spec}={text}",
            )
        return Requirement(kind, 0.0, losses[0].spec, text=losses[0].spec)
    if not term.strip():
        raise UsageError(f"--{kind} {text}: nothing is named before the =", hint=f"--{kind} bce={number}")
    term, at, segment = term.partition("@")
    if at and not segmented:
        raise UsageError(f"--{kind} {text}: there are no segments", hint="--by COLUMN makes them")
    spec, stat = _split(kind, text, term.strip())
    if at and stat in ("coverage", "skill"):
        raise UsageError(f"--{kind} {text}: a segment has no {stat}", hint=f"--{kind} {stat}={number}")
    known = _known(kind, text, spec, losses) if spec else ""
    return Requirement(kind, 0.0, known, stat, segment if at else None, text.rpartition("=")[0])


def parse_limit(kind: str, text: str, number: str) -> float:
    """The finite number that `number`, the end of `text`, spells. Raises UsageError."""
    try:
        limit = float(number) if number.isascii() and "_" not in number else math.nan
    except ValueError:
        raise UsageError(
            f"--{kind} {text}: {number.strip() or 'nothing'!r} is no number", hint=f"--{kind} bce=0.35"
        ) from None
    if not math.isfinite(limit):
        raise UsageError(f"--{kind} {text}: the limit is not finite, so it decides nothing")
    return limit


def _split(kind: str, text: str, term: str) -> tuple[str, str]:
    """The loss and the stat of a term; a stat alone has no loss."""
    if _is_stat(term):
        return "", term.lower()
    spec, slash, stat = term.rpartition("/")
    if not slash:
        return term, ""
    if not _is_stat(stat):
        near = get_close_matches(stat, STATS, n=1)
        raise UsageError(
            f"--{kind} {text}: {stat!r} is nothing that can be limited",
            hint=f"did you mean {near[0]}?" if near else f"one of {', '.join(STATS)}, or pNN such as p95",
        )
    return spec, stat.lower()


def _is_stat(word: str) -> bool:
    name = word.lower()
    if _QUANTILE.fullmatch(name):
        parse_reductions(name)  # p0 and p100 are none
        return True
    return name in STATS


def _known(kind: str, text: str, spec: str, losses: Sequence[BoundLoss]) -> str:
    """The loss among those that are computed. Raises UsageError."""
    computed = [bound.spec for bound in losses]
    if spec in computed:
        return spec
    try:
        (bound,) = parse_losses(spec)
    except (LosscliError, ValueError) as error:
        why = error.message if isinstance(error, LosscliError) else "it names several losses"
        raise UsageError(f"--{kind} {text}: {why}", hint=f"computed are {', '.join(computed)}") from None
    if bound.spec not in computed:
        raise UsageError(
            f"--{kind} {text}: {bound.spec} is not computed",
            hint=f"add it: losscli check {','.join([*computed, bound.spec])} ...",
        )
    return bound.spec


def check_stats(requirements: Sequence[Requirement], losses: Sequence[BoundLoss]) -> None:
    """Refuse what no data could answer. Raises UsageError."""
    for one in requirements:
        for bound in losses:
            if one.spec not in ("", bound.spec) or one.stat in ("", *ROWS, "skill"):
                continue
            if bound.is_set or bound.loss.total is not None:
                raise UsageError(
                    f"--{one.kind} {one.text}: {bound.spec} is one number for the whole set, "
                    f"so it has no {one.stat}",
                    hint=f"--{one.kind} {bound.spec}={one.limit:g}",
                )
        if one.stat == "skill":
            _check_skill(one, losses)


def _check_skill(one: Requirement, losses: Sequence[BoundLoss]) -> None:
    for bound in losses:
        fact = bound.loss.best_constant
        if one.spec in ("", bound.spec) and isinstance(fact, NoConstant):
            raise UsageError(
                f"--{one.kind} {one.text}: {bound.spec} has no best constant ({fact.words}), so no skill"
            )
