"""What all tests share: markers for more than CI runs, the fresh seed, the exemptions that laws met."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from losscli.registry import Loss, get
from tests.exemptions import EXEMPTIONS
from tests.s3 import bucket, s3_server  # noqa: F401 - fixtures
from tests.settings import FRESH_SEED, USUAL_SEED

ON_REQUEST = ("parity", "large")

# A busy machine must not fail a test: no law speaks of time. Nor may chance: hypothesis draws the same
# examples each run, unless others are asked for.
settings.register_profile(
    "losscli",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=FRESH_SEED == USUAL_SEED,
)
settings.load_profile("losscli")

# In the background shells have Ctrl-C ignored, by whatever they start and by what that starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    return f"fresh seed: {FRESH_SEED} (LOSSCLI_TEST_SEED={FRESH_SEED} repeats this run, =random draws others)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked as more than CI runs, unless `-m` speaks of it."""
    asked = str(config.getoption("markexpr"))
    unasked = [name for name in ON_REQUEST if name not in asked]
    out = [item for item in items if any(item.get_closest_marker(name) for name in unasked)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its exemptions to the one who prints them."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["exemptions"] = [[*key, sorted(names)] for key, names in EXEMPTIONS.items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for law, fact, names in getattr(node, "workeroutput", {}).get("exemptions", ()):
        EXEMPTIONS[law, fact] |= set(names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the laws that did not apply to a loss, and the fact in its record that says why."""
    if not EXEMPTIONS:
        return
    total = sum(len(names) for names in EXEMPTIONS.values())
    terminalreporter.section(f"{total} exemptions from laws, each by a fact in the loss's record")
    for (law, fact), names in sorted(EXEMPTIONS.items()):
        terminalreporter.write_line(f"{law}: {fact}: {len(names)} ({', '.join(sorted(names))})")


@pytest.fixture
def mse() -> Loss:
    import losscli.losses  # noqa: F401  (registers every loss)

    return get("mse")
