"""How often reconcile finds a random convention of a random loss, and what a search takes.

``python -m tests.benchmarks.bench_reconcile [DRAWS [SEED]]``; the traps: ``python -m
tests.analysis.reconcile_traps``.
"""

from __future__ import annotations

import resource
import secrets
import sys
import time
from collections import Counter

import numpy as np

import losscli.api
from tests.analysis.reconcile_draws import DIGITS, draw

SAME = 5e-7
"""Closer than six digits show."""


def rates(draws: int, seed: int) -> None:
    """Print where the number that was drawn stands among the fits."""
    generator = np.random.default_rng(seed)
    places: Counter[str] = Counter()
    seconds = []
    for _ in range(draws):
        one = draw(generator)
        start = time.process_time()
        fits = losscli.api.reconcile(one.loss, *one.arrays, value=one.printed, **one.options).sought[0].fits
        seconds.append(time.process_time() - start)
        place = next(
            (
                at
                for at, fit in enumerate(fits, start=1)
                if abs(fit.value - one.value) <= SAME * abs(one.value)
            ),
            0,
        )
        places["missed" if not place else "first" if place == 1 else "second or later"] += 1
        if not place:
            sys.stdout.write(f"missed: {one.words}: {one.printed}\n")
    sys.stdout.write(f"{draws} draws of {DIGITS} digits, seed {seed}: {dict(places)}\n")
    sys.stdout.write(f"a search: median {np.median(seconds):.3f} s, largest {max(seconds):.2f} s\n")


def sizes() -> None:
    """Print what searches of bce take: one that ends at once, and one that finds nothing."""
    for rows in (1_000, 30_000, 300_000, 1_000_000):
        generator = np.random.default_rng(1)
        prediction = generator.beta(2.0, 2.0, rows)
        target = (generator.random(rows) < prediction).astype(np.float64)
        for value in ("", "0.123456789"):
            start = time.process_time()
            report = losscli.api.reconcile("bce", target, prediction, value=value or ())
            took = time.process_time() - start
            tried = report.sought[0].tried if report.sought else len(report.conventions)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(f"{rows:>9,} rows, {tried:>6,} tried: {took:7.2f} s, {memory} MB\n")
            sys.stdout.flush()


if __name__ == "__main__":
    rates(
        int(sys.argv[1]) if len(sys.argv) > 1 else 200,
        int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbits(32),
    )
    sizes()
