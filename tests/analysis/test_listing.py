"""`list` filters by every fact it shows."""

from __future__ import annotations

import json

import pytest

from losscli.analysis.listing import list_losses
from losscli.cli.boundary import run
from losscli.errors import UnknownLoss, UsageError
from losscli.registry import all_losses, families, get


def names(**filters: str) -> list[str]:
    return [entry.name for entry in list_losses(**filters).losses]


def test_without_filters_every_loss_is_listed() -> None:
    assert names() == [loss.name for loss in all_losses()]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("bce", "bce_logits"), ("Cross-Entropy", "bce"), ("mean_squared_error", "mse"), ("HUBER LOSS", "huber")],
)
def test_text_finds_names_aliases_and_titles(text: str, wanted: str) -> None:
    found = names(text=text)
    assert wanted in found
    assert len(found) < len(names())


def test_text_finds_framework_calls() -> None:
    assert "huber" in names(text="torch.nn.functional.huber_loss")


def test_families_kinds_and_frameworks_part_the_losses() -> None:
    assert sorted(name for family in families() for name in names(family=family)) == sorted(names())
    kinds = {entry.target for entry in list_losses().losses}
    assert sorted(name for kind in kinds for name in names(target=kind)) == sorted(names())
    assert "bce" in names(target="binary")
    assert "bce" not in names(target="real")
    for name in names(framework="torch"):
        loss = get(name)
        assert "torch" in {*(own.framework for own in loss.conventions), *loss.differs}


def test_filters_add_up() -> None:
    both = names(family="regression", framework="keras")
    assert set(both) == set(names(family="regression")) & set(names(framework="keras"))
    assert both


@pytest.mark.parametrize("filters", [{"family": "x"}, {"framework": "x"}, {"target": "x"}])
def test_an_unknown_filter_lists_what_there_is(filters: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is called 'x'") as caught:
        list_losses(**filters)
    assert "there are " in str(caught.value.hint)


def test_nothing_found_names_the_nearest() -> None:
    with pytest.raises(UnknownLoss) as caught:
        list_losses("hubr")
    assert "huber" in str(caught.value.hint)
    with pytest.raises(UnknownLoss) as caught:
        list_losses("roc_auc")
    assert "brier" in str(caught.value.hint)


@pytest.mark.parametrize("style", ["table", "plain", "json", "ndjson", "csv", "tsv", "markdown", "latex"])
def test_every_format_holds_every_loss(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--format", style]) == 0
    out = capsys.readouterr().out.replace("\\_", "_")
    for loss in all_losses():
        assert loss.name in out


def test_json_holds_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "pinball", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (entry,) = [one for one in found["losses"] if one["loss"] == "pinball"]
    loss = get("pinball")
    assert entry["same_as"] == {own.framework: own.call for own in loss.conventions if own.same}
    assert [one["call"] for one in entry["frameworks"]] == [own.call for own in loss.conventions]
    assert entry["aliases"] == list(loss.aliases)
    assert entry["params"][0].startswith("tau:")
    assert found["total"] == len(list(all_losses()))


def test_the_whole_list_names_its_filters_and_each_of_their_words_is_accepted() -> None:
    (table,) = list_losses().tables()
    found = {
        name: words.split(", ")
        for note in table.notes
        for name, _, words in [str(note).partition("  ")]
        if name.startswith("--")
    }
    assert set(found) == {"--family", "--target", "--framework"}
    for option, words in found.items():
        for word in words:
            assert list_losses(**{option.lstrip("-"): word.strip()}).losses
    (narrowed,) = list_losses("huber").tables()
    assert not [note for note in narrowed.notes if str(note).startswith("--")]
