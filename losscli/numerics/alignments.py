"""The probability that frames, each with a probability for every class, spell a sequence of labels: the sum
over all alignments, in which a label lasts for some frames and a blank may stand between any two.

Everything is a logarithm, kept as a pair of doubles: a rounded sum and what the rounding took. So only the
logarithm of each addition of probabilities is rounded, and long sequences lose nothing.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.numerics.stable import Pair, quietly, two_difference, two_sum
from losscli.records import NamedTuple


class Spelling(NamedTuple):
    """The states that frames go through to spell a row's labels: blank, label, blank, ..., label, blank.

    `classes` (n, E) is the class of each state; `skips` (n, E) whether it may follow the state before the
    last, which a blank and a repeated label may not; `last` (n,) is the last state, which only as many states
    as the row's labels need come before; `frames` (n,) is how many frames count.
    """

    classes: Integers
    skips: Mask
    last: Integers
    frames: Integers


def spelling(labels: Rows, lengths: Floats, frames: Floats, blank: int) -> Spelling:
    """The states for (n, s) labels, of which the first `lengths` (n,) of each row count."""
    rows, most = labels.shape
    known = labels.astype(np.int64)
    known = np.where(np.arange(most) < lengths[:, None], known, blank)
    classes = np.full((rows, 2 * most + 1), blank, dtype=np.int64)
    classes[:, 1::2] = known
    skips = np.zeros(classes.shape, dtype=np.bool_)
    skips[:, 3::2] = known[:, 1:] != known[:, :-1]
    return Spelling(classes, skips, 2 * lengths.astype(np.int64), frames.astype(np.int64))


@quietly
def minus_log_probability(logs: Rows, states: Spelling) -> Floats:
    """(n,): minus the logarithm of the probability of the labels, from (n, t, c) logarithms of probabilities;
    infinite where no alignment exists."""
    reached = _start(states)
    for frame in range(logs.shape[1]):
        reached = _step(reached, _emitted(logs, states, frame), states, frame)
    return 0.0 - _ended(reached, states)[0]


@quietly
def slopes(logs: Rows, states: Spelling) -> Rows:
    """(n, t, c): the derivative of `minus_log_probability` by each logarithm: minus the probability that the
    frame is of that class, given the labels; 0 where no alignment exists."""
    frames = logs.shape[1]
    reached, before = _start(states), []
    for frame in range(frames):
        reached = _step(reached, _emitted(logs, states, frame), states, frame)
        before.append(reached)
    whole, rest = _ended(reached, states)
    result = np.zeros(logs.shape)
    rows = np.arange(len(logs))
    after = _final(states)
    for frame in reversed(range(frames)):
        counts = (frame < states.frames)[:, None]
        high, low = before[frame]
        sizes = (high - whole[:, None]) + after[0] + (low - rest[:, None] + after[1])
        share = np.where(counts & np.isfinite(sizes), np.exp(sizes), 0.0)
        for state in range(share.shape[1]):
            result[rows, frame, states.classes[:, state]] -= share[:, state]
        back = _back(after, _emitted(logs, states, frame), states)
        after = _where(counts, back, after)
    return result


def _emitted(logs: Rows, states: Spelling, frame: int) -> Rows:
    """(n, E): the logarithm of each state's class in a frame."""
    return np.asarray(np.take_along_axis(logs[:, frame], states.classes, axis=1))


def _start(states: Spelling) -> Pair:
    """Before the first frame: as if in the first blank, from which the first label follows."""
    high = np.full(states.classes.shape, -np.inf)
    high[:, 0] = 0.0
    return high, np.zeros(high.shape)


def _final(states: Spelling) -> Pair:
    """Behind the last frame: 0 for the last label and the blank behind it."""
    place = np.arange(states.classes.shape[1])
    ends = (place == states.last[:, None]) | (place == states.last[:, None] - 1)
    return np.where(ends, 0.0, -np.inf), np.zeros(ends.shape)


def _step(reached: Pair, emitted: Rows, states: Spelling, frame: int) -> Pair:
    """The states after one more frame, from those before it."""
    ways = [_moved(part, states.skips, empty) for part, empty in zip(reached, (-np.inf, 0.0), strict=True)]
    found = _times(_added(*ways), emitted)
    return _where((frame < states.frames)[:, None], found, reached)


def _back(after: Pair, emitted: Rows, states: Spelling) -> Pair:
    """What follows each state, from what follows those of the frame behind it."""
    high, low = _times(after, emitted)
    skips = np.zeros_like(states.skips)
    skips[:, :-2] = states.skips[:, 2:]
    reverse = (slice(None), slice(None, None, -1))
    ways = [
        _moved(part[reverse], skips[reverse], empty)[:, :, ::-1]
        for part, empty in ((high, -np.inf), (low, 0.0))
    ]
    return _added(*ways)


def _moved(part: Rows, skips: Mask, empty: float) -> Rows:
    """(3, n, E): the state itself, the one before, and the one before that where it may be skipped."""
    ways = np.full((3, *part.shape), empty)
    ways[0] = part
    ways[1, :, 1:] = part[:, :-1]
    ways[2, :, 2:] = np.where(skips[:, 2:], part[:, :-2], empty)
    return ways


def _added(high: Rows, low: Rows) -> Pair:
    """The logarithm of the sum of the exponentials over the first axis."""
    top = high.argmax(axis=0)[None]
    most = np.take_along_axis(high, top, axis=0)
    rest = np.take_along_axis(low, top, axis=0)
    gap, off = two_difference(high, most)
    terms = np.exp(gap)
    terms += terms * np.where(terms > 0.0, off + (low - rest), 0.0)
    np.put_along_axis(terms, top, 0.0, axis=0)
    others = np.log1p(terms[0] + (terms[1] + terms[2]) if len(terms) == 3 else terms[0] + terms[1])
    total, lost = two_sum(most[0], others)
    known = np.isfinite(most[0])
    return np.where(known, total, -np.inf), np.where(known, lost + rest[0], 0.0)


def _times(left: Pair, right: Rows) -> Pair:
    """The sum of a pair and a logarithm."""
    total, lost = two_sum(left[0], right)
    high, low = two_sum(total, lost + left[1])
    known = np.isfinite(high)
    return np.where(known, high, -np.inf), np.where(known, low, 0.0)


def _where(mask: Mask, one: Pair, other: Pair) -> Pair:
    return np.where(mask, one[0], other[0]), np.where(mask, one[1], other[1])


def _ended(reached: Pair, states: Spelling) -> Pair:
    """(n,) twice: the logarithm of the probability to be at the end: in the last label, or in the blank
    behind it."""
    ends = np.stack([states.last, np.maximum(states.last - 1, 0)], axis=1)
    high, low = (np.take_along_axis(part, ends, axis=1).T.copy() for part in reached)
    high[1] = np.where(states.last > 0, high[1], -np.inf)
    total, lost = _added(high, low)
    nearest, rest = two_sum(total, lost)
    known = np.isfinite(total)
    return np.where(known, nearest, total), np.where(known, rest, 0.0)
