"""A name with several meanings, such as `log_loss`: the number of columns decides which loss it is."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.engine.opening import Asked, Paths, inputs_of
from losscli.engine.proposals import value_columns
from losscli.errors import SourceError, counted
from losscli.registry import BoundLoss


def settle(
    losses: Sequence[BoundLoss], asked: Sequence[Asked], named: Sequence[str | None], paths: Paths
) -> tuple[BoundLoss, ...]:
    """The losses with every name decided. Raises SourceError where no meaning takes these columns."""
    if not any(bound.others for bound in losses):
        return tuple(losses)
    roles = [entry.role for entry in inputs_of(losses)]
    widths = _widths(roles, asked, named, paths)
    return tuple(_settle_one(bound, widths) for bound in losses)


def _widths(
    roles: Sequence[str], asked: Sequence[Asked], named: Sequence[str | None], paths: Paths
) -> list[int]:
    """The number of columns of each input: of its own source, or dealt from one that they share."""
    sizes = []
    for ask in asked:
        source = paths.opened[ask.path].source
        sizes.append(len(ask.columns) if ask.columns is not None else len(value_columns(source)))
    if len(asked) < len(roles):
        total = sum(sizes)
        return [1] * (len(roles) - 1) + [max(1, total - len(roles) + 1)]
    own = {role: size for role, size in zip(named, sizes, strict=True) if role is not None}
    rest = iter([size for role, size in zip(named, sizes, strict=True) if role is None])
    return [own[role] if role in own else next(rest, 1) for role in roles]


def _settle_one(bound: BoundLoss, widths: Sequence[int]) -> BoundLoss:
    meanings = [bound._replace(others=()), *bound.others]
    if len(meanings) == 1:
        return bound
    found = [one for one in meanings if _takes(one, widths)]
    if len(found) == 1:
        return found[0]
    columns = ", ".join(
        f"{entry.role} of {counted(width, 'column')}"
        for entry, width in zip(bound.inputs, widths, strict=False)
    )
    words = " or ".join(one.loss.name for one in meanings)
    raise SourceError(f"the columns do not tell which loss is meant ({columns})", hint=f"say which: {words}")


def _takes(bound: BoundLoss, widths: Sequence[int]) -> bool:
    """Whether columns of these numbers are what the loss is usually given: several where it takes vectors,
    one elsewhere."""
    return all((width > 1) == entry.is_wide for entry, width in zip(bound.inputs, widths, strict=False))
