from dataclasses import dataclass
from typing import Any


@dataclass
class Entry:
    blocks: tuple
    ids: Any = None


class Paired:
    unpaired = 0

    def __init__(self, plan):
        self.plan = plan

    def __iter__(self):
        its = [s.source.read(s.columns) for s in self.plan.streams]
        bufs = [None] * len(its)
        while True:
            for i, it in enumerate(its):
                while bufs[i] is None or bufs[i].rows == 0:
                    b = next(it, None)
                    if b is None:
                        return
                    bufs[i] = b
            n = min(b.rows for b in bufs)
            yield Entry(tuple(b[:n] for b in bufs))
            bufs = [b[n:] if b.rows > n else None for b in bufs]


def pair_rows(plan, unpaired):
    return Paired(plan)
