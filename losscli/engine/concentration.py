"""How concentrated a loss is: the values that are kept for it, and what its largest rows carry."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.engine.score import Score
from losscli.numerics.exact import nearest
from losscli.report.concentration import Concentration


def keep_values(scores: Sequence[Score]) -> None:
    """Told once, before any row is added: have each loss of rows keep its values while they are few. Where
    quantiles are asked for, they keep them anyway."""
    from losscli.reductions.concentration import Kept

    limit = limit_of(scores)
    for score in scores:
        if sits(score) and not hasattr(next(iter(score.sums.quantiles), None), "carried"):
            score.sums.carriers = [Kept(limit) for _ in range(score.results)]


def limit_of(scores: Sequence[Score]) -> int:
    """The rows up to which values are kept: fewer where there are many results."""
    from losscli.reductions.concentration import ROWS, VALUES

    return min(ROWS, VALUES // max(1, sum(score.results for score in scores)))


def sits(score: Score) -> bool:
    """Whether a loss has rows that carry it: each row a number of its own, the higher the worse."""
    bound, measure = score.bound, score.measure
    own = not (bound.is_set or bound.loss.gather or bound.loss.total is not None)
    return own and measure.summary and bound.loss.direction == "minimize"


def shares(score: Score, result: int) -> bool:
    """Whether the total is a sum of shares: no row negative or infinite, and not all of them zero."""
    whole = score.sums.carried(result)
    return whole.finite and whole.units > 0 and not score.reductions(result)["min"].value < 0.0


def concentration_of(score: Score, result: int) -> Concentration | None:
    """What the largest rows carry of a result; None where the total is no sum of shares, and where the values
    were not kept."""
    sums = score.sums
    carriers = sums.carriers or sums.quantiles
    if (
        not carriers
        or not hasattr(carriers[result], "carried")
        or not (sits(score) and shares(score, result))
    ):
        return None
    carried = carriers[result].carried()
    if carried is None:
        return None
    share = nearest(carried.total / sums.carried(result).as_fraction())
    return Concentration(carried.rows, share.value, sums.scored(result), sums.weighted)
