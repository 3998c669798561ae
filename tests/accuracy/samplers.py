"""Points on which textbook formulas fail, drawn from what each input may hold: ends and their neighbours,
tiny and huge values, pairs that almost agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import REALS, Ascending, ClassIndex, Directed, Domain, Interval, NonZero, Simplex
from losscli.losses.class_inputs import LogSimplex
from losscli.registry import Loss, Perfect, Values
from tests.shapes import required, shape_of, sizes_for

TINY = 5e-324
HALF_STEP = 2.0**-53
WIDTHS = (2, 3, 5, 10)


def adversarial(loss: Loss, params: Values, rows: int, generator: np.random.Generator) -> list[Rows]:
    """Hard but good arrays for every input: (rows,) for cells and classes, (rows, k) for vectors."""
    inputs = required(loss, params)
    sizes = sizes_for(loss, params, int(generator.choice(WIDTHS)))
    shapes = [shape_of(entry, rows, 1, sizes) for entry in inputs]
    width = max((shape[-1] for shape in shapes if len(shape) > 1), default=int(generator.choice(WIDTHS)))
    drawn: list[Rows] = []
    domains: list[Domain] = []
    for entry, shape in zip(inputs, shapes, strict=True):
        domain = entry.domain_for(params)
        fresh = _draw(domain, shape, width, generator)
        for peer, kind in zip(drawn, domains, strict=True):
            if not entry.paired:
                continue
            if peer.shape == shape and type(kind) is type(domain):
                fresh = _mix_with_neighbours(fresh, peer, domain, generator)
                if domain == REALS:
                    fresh = _mix_with_margins(fresh, peer, params, generator.spawn(1)[0])
            elif isinstance(domain, Interval) and isinstance(kind, (ClassIndex, Simplex)) and len(shape) == 2:
                _point_at_classes(fresh, peer, generator)
        drawn.append(fresh)
        domains.append(domain)
    focus = loss.slope_at(params)
    if loss.family in ("margin", "ranking") and drawn[focus].ndim == 2:
        _lead_by_one(drawn[focus], generator.spawn(1)[0])
        _lead_as_perfect(loss, params, drawn, generator.spawn(1)[0])
    if [domain == REALS for domain in domains] == [False, True, True] and drawn[focus].ndim == 1:
        _lead_by_the_margin(drawn, params, generator.spawn(1)[0])
    return drawn


def _lead_by_the_margin(drawn: list[Rows], params: Values, generator: np.random.Generator) -> None:
    """In some rows the first of two scores leads by the margin as rounded, both small beside it."""
    margin = params.get("margin")
    if not isinstance(margin, float) or not margin > 0.0:
        return
    target, first, second = drawn
    rows = np.flatnonzero(generator.random(len(target)) < 0.15)
    first[rows] = margin * generator.uniform(-0.5, 0.5, rows.size)
    second[rows] = first[rows] - np.where(target[rows] > 0.0, margin, -margin)


def _draw(domain: Domain, shape: tuple[int, ...], width: int, generator: np.random.Generator) -> Rows:
    match domain:
        case Simplex():
            return _distributions(shape, generator)
        case LogSimplex():
            flat = _distributions((int(np.prod(shape[:-1])), shape[-1]), generator)
            return np.maximum(np.log(np.maximum(flat, TINY)), -800.0).reshape(shape)
        case Directed():
            return _directions(shape, generator)
        case Ascending():
            return np.sort(_reals(shape, generator), axis=1)
        case NonZero():
            reals = _reals(shape, generator)
            return np.where(reals == 0.0, TINY, reals)
        case Interval(low=low, high=high) if np.isfinite(low) and np.isfinite(high):
            return np.where(domain.outside(drawn := _unit(shape, generator)), 0.5, drawn)
        case Interval(low=low) if np.isfinite(low):
            drawn = _above(low, shape, generator)
            return np.where(domain.outside(drawn), low + 1.0, drawn)
        case Interval():
            return _reals(shape, generator, vectors=len(shape) == 2)
        case _:  # a domain may know values of its own that are hard
            hard = getattr(domain, "hard", None)
            return domain.good(generator, shape, width) if hard is None else hard(generator, shape)


Part = Callable[[int, np.random.Generator], Floats]


def _mixed(shape: tuple[int, ...], generator: np.random.Generator, parts: tuple[Part, ...]) -> Rows:
    size = int(np.prod(shape))
    pool = np.stack([part(size, generator) for part in parts])
    return np.ascontiguousarray(pool[generator.integers(0, len(parts), size), np.arange(size)].reshape(shape))


def _signs(size: int, generator: np.random.Generator) -> Floats:
    return generator.choice([-1.0, 1.0], size)


def _powers(low: float, high: float) -> Part:
    return lambda size, generator: 10.0 ** generator.uniform(low, high, size)


def _points(*values: float) -> Part:
    return lambda size, generator: generator.choice(np.array(values), size)


def _reals(shape: tuple[int, ...], generator: np.random.Generator, vectors: bool = False) -> Rows:
    """Numbers of every size and sign; vectors of logits are mostly moderate, so that several count."""
    ordinary: tuple[Part, ...] = (
        lambda size, g: g.normal(0.0, 1.0, size),
        lambda size, g: g.normal(0.0, 20.0, size),
        lambda size, g: _signs(size, g) * 10.0 ** g.uniform(-18.0, 3.0, size),
    )
    extreme: tuple[Part, ...] = (
        lambda size, g: _signs(size, g) * 10.0 ** g.uniform(-320.0, 300.0, size),
        lambda size, g: _signs(size, g) * 10.0 ** g.uniform(152.0, 156.0, size),
        lambda size, g: _signs(size, g) * g.uniform(600.0, 800.0, size),
        _points(0.0, TINY, -TINY, 1.0, -1.0, HALF_STEP, 1e-8, -1e-8, 37.0, -37.0, 1e5, 1e300, -1e300),
    )
    if not vectors:
        return _mixed(shape, generator, ordinary + extreme)
    block = _mixed(shape, generator, ordinary)
    hard = generator.random(shape[0]) < 0.15
    block[hard] = _mixed((int(hard.sum()), shape[1]), generator, ordinary + extreme[2:])
    return block


def _unit(shape: tuple[int, ...], generator: np.random.Generator) -> Rows:
    """Probabilities: the ends, their nearest neighbours, and every distance from them."""
    return _mixed(
        shape,
        generator,
        (
            _points(
                0.0, 1.0, TINY, 1e-308, HALF_STEP, 1.0 - HALF_STEP, 1e-15, 1.0 - 1e-15, 0.5, 0.5 + HALF_STEP
            ),
            _powers(-320.0, 0.0),
            _powers(-18.0, 0.0),
            lambda size, g: 1.0 - 10.0 ** g.uniform(-16.0, 0.0, size),
            lambda size, g: g.random(size),
        ),
    )


def _above(low: float, shape: tuple[int, ...], generator: np.random.Generator) -> Rows:
    """Numbers above an end: next to it, tiny, ordinary and huge."""
    step = abs(low) * HALF_STEP * 2.0 or TINY
    return _mixed(
        shape,
        generator,
        (
            _points(low, low + step, low + 2 * step, 0.0, TINY, 1e-16, 1.0, 1e300),
            lambda size, g: low + 10.0 ** g.uniform(-16.0, 0.0, size),
            _powers(-320.0, 300.0),
            lambda size, g: low + g.gamma(2.0, 1.5, size),
            lambda size, g: low + 10.0 ** g.uniform(0.0, 6.0, size),
        ),
    )


def _distributions(shape: tuple[int, ...], generator: np.random.Generator) -> Rows:
    """Rows that sum to 1 within their rounding: even, spiky, one-hot, nearly one-hot, with zeros."""
    rows, width = shape
    block = generator.dirichlet(np.full(width, 1.0), rows)
    kind = generator.integers(0, 6, rows)
    spiky = 10.0 ** generator.uniform(-40.0, 0.0, (rows, width))
    spiky /= spiky.sum(axis=1, keepdims=True)
    block[kind == 1] = spiky[kind == 1]
    winners = np.eye(width)[generator.integers(0, width, rows)]
    block[kind == 2] = winners[kind == 2]
    near = generator.choice([1e-15, HALF_STEP, 1e-9, 1e-4], rows)[:, None]
    nearly = winners * (1.0 - near) + (1.0 - winners) * near / (width - 1)
    block[kind == 3] = nearly[kind == 3]
    holes = np.where(generator.random((rows, width)) < 0.4, 0.0, block)
    total = holes.sum(axis=1, keepdims=True)
    holes = np.where(total > 0.0, holes / np.where(total > 0.0, total, 1.0), winners)
    block[kind == 4] = holes[kind == 4]
    return block


def _directions(shape: tuple[int, ...], generator: np.random.Generator) -> Rows:
    """Vectors that are not all zero, of ordinary, tiny, huge and uneven size."""
    block = generator.normal(0.0, 1.0, shape)
    kind = generator.integers(0, 5, shape[0])
    uneven = _signs(block.size, generator) * 10.0 ** generator.uniform(-12.0, 12.0, block.size)
    block[kind == 1] = uneven.reshape(shape)[kind == 1]
    block[kind == 2] *= 10.0 ** generator.uniform(-150.0, 150.0, int((kind == 2).sum()))[:, None]
    block[kind == 3] = np.where(generator.random(shape) < 0.5, 0.0, block)[kind == 3]
    block[~(block != 0.0).any(axis=1), 0] = 1.0
    return block


def _mix_with_neighbours(fresh: Rows, peer: Rows, domain: Domain, generator: np.random.Generator) -> Rows:
    """In about half of the rows, values close to the peer's: equal, a last place or a small share away."""
    if not isinstance(domain, (Interval, NonZero, Simplex, Directed)):
        return fresh
    gap = 10.0 ** generator.uniform(-17.0, -1.0, (len(fresh),) + (1,) * (fresh.ndim - 1))
    close = peer * (1.0 + gap * generator.normal(0.0, 1.0, fresh.shape))
    near = np.where(generator.random(close.shape) < 0.5, np.nextafter(peer, np.inf), peer)
    pick = generator.integers(0, 6, gap.shape)
    with np.errstate(over="ignore"):
        mixed = np.where(pick == 0, near, np.where(pick <= 2, close, fresh))
        if isinstance(domain, Directed):
            scaled = close * generator.choice([1.0, 0.5, -1.0, 3.0, 1e-100, 1e100], gap.shape)
            mixed = np.where(pick <= 2, scaled, mixed)
    if isinstance(domain, Simplex):
        total = np.clip(mixed, 0.0, 1.0).sum(axis=1, keepdims=True)
        mixed = np.where(pick == 0, np.clip(mixed, 0.0, 1.0), np.clip(mixed, 0.0, 1.0) / total)
    bad = ~np.isfinite(mixed)
    for fault in domain.faults(np.where(bad, 0.0, mixed), fresh.shape[-1]):
        bad |= fault.mask if fault.mask.ndim == mixed.ndim else fault.mask[:, None]
    rows = bad if mixed.ndim == 1 else np.broadcast_to(bad.any(axis=1)[:, None], mixed.shape)
    return np.ascontiguousarray(np.where(rows, fresh, mixed))


def _mix_with_margins(fresh: Rows, peer: Rows, params: Values, generator: np.random.Generator) -> Rows:
    """In some rows, values that lie about as far from the peer's as a parameter is large."""
    margins = [value for value in params.values() if isinstance(value, float) and value > 0.0]
    if not margins:
        return fresh
    gap = generator.choice(np.array(margins), fresh.shape) * _signs(fresh.size, generator).reshape(
        fresh.shape
    )
    gap *= 1.0 + generator.choice([0.0, 1.0], fresh.shape) * 10.0 ** generator.uniform(
        -16.0, -1.0, fresh.shape
    )
    return np.where(generator.random(fresh.shape) < 0.06, peer + gap, fresh)


def _point_at_classes(logits: Rows, target: Rows, generator: np.random.Generator) -> None:
    """Lift the target class's own score far above the others in some rows, so that the loss is tiny."""
    classes = (target if target.ndim == 1 else target.argmax(axis=1)).astype(np.int64)
    chosen = np.flatnonzero(generator.random(len(target)) < 0.3)
    lift = generator.uniform(20.0, 750.0, chosen.size)
    logits[chosen, classes[chosen]] = np.abs(logits[chosen]).max(axis=1) + lift


def _lead_by_one(scores: Rows, generator: np.random.Generator) -> None:
    """In some rows one score is another one plus or minus 1, as rounded: just at the margin of a hinge."""
    rows = np.flatnonzero(generator.random(len(scores)) < 0.2)
    columns = np.tile(np.arange(scores.shape[1]), (rows.size, 1))
    ahead, behind = generator.permuted(columns, axis=1)[:, :2].T
    scores[rows, ahead] = scores[rows, behind] + generator.choice([-1.0, 1.0], rows.size)


def _lead_as_perfect(loss: Loss, params: Values, drawn: list[Rows], generator: np.random.Generator) -> None:
    """In some rows the scores lead as those of the perfect prediction do, but for what adding a number
    rounds."""
    scores = drawn[loss.slope_at(params)]
    if isinstance(loss.perfect, Perfect) and not loss.perfect.by_blocks:
        target = required(loss, params)[0].domain_for(params).clean(drawn[0])
        best = loss.perfect.prediction(target, params)
        if best.shape == scores.shape:
            rows = np.flatnonzero(generator.random(len(scores)) < 0.2)
            highest = best[rows].max(axis=1, keepdims=True)
            leads = best[rows] - highest * generator.integers(0, 2, (rows.size, 1))
            scores[rows] = leads + scores[rows, :1]
