"""README.md: its commands run, its examples show what really comes out, its table is the registry's."""

from __future__ import annotations

import doctest
import re

import pytest

from tests import readme

TEXT = readme.README.read_text(encoding="utf-8")
EXAMPLES = readme.examples(TEXT)


def test_it_is_short_and_starts_with_what_it_does() -> None:
    lines = TEXT.splitlines()
    assert len(lines) < 300
    assert lines[0].startswith("# losscli")
    assert "<!-- run-command -->" in "\n".join(lines[:30])
    assert "<!-- test-command -->" in "\n".join(lines[:40])


def test_the_table_of_losses_is_the_registry() -> None:
    assert readme.losses_table() in TEXT


def test_the_number_of_losses_is_the_registry() -> None:
    found = readme.counts(TEXT)
    assert found
    assert set(found) == {readme.counted()}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("command", [command for command, _ in EXAMPLES])
def test_an_example_shows_what_comes_out(command: str) -> None:
    expected = dict(EXAMPLES)[command]
    assert readme.run(command).rstrip("\n") == expected.rstrip("\n")


def test_the_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(readme.ROOT)
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    assert blocks
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for number, block in enumerate(blocks):
        test = parser.get_doctest(block, {}, f"README block {number + 1}", "README.md", 0)
        assert test.examples
        assert runner.run(test).failed == 0


def test_a_changed_example_is_noticed() -> None:
    command, output = readme.examples(TEXT.replace("0.2469", "0.2470", 1))[0]
    assert "0.2470" in output
    assert readme.run(command).rstrip("\n") != output.rstrip("\n")
