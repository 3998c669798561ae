"""The calls that hints propose: they name the right columns, and they run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import losscli
from losscli.engine.proposals import typed
from losscli.errors import ColumnError, LosscliError, SourceError
from losscli.sources.memory import open_values
from losscli.sources.records import Source

WIDE = "0.5,0.25,0.25\n0.1,0.1,0.8\n"


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def value(losses: str, *sources: Any, **options: Any) -> float:
    return losscli.compute(losses, *sources, **options).results[0].headline.value


def hint(loss: str, *sources: str, **options: Any) -> str:
    with pytest.raises(LosscliError) as caught:
        losscli.compute(loss, *sources, **options)
    return str(caught.value.hint)


@pytest.mark.parametrize(
    ("loss", "text", "sources"),
    [
        ("bce", "y,p\n1,0.9\n0,0.2\n", "F:y :p"),
        ("bce", "id,y,p\n7,1,0.9\n8,0,0.2\n", "F:y :p"),
        ("bce", "id,the y,a:p\n7,1,0.9\n8,0,0.2\n", "F:@2 :@3"),
        ("bce", "\x1b[31my,\u202ep\n1,0.9\n0,0.2\n", "F:@1 :@2"),
        ("sparse_categorical_ce", "s,a,b,c\n0,0.5,0.25,0.25\n2,0.1,0.1,0.8\n", "F:s :a..c"),
        ("sparse_categorical_ce", "id,s,a,b,km/h\n0,0,0.5,0.25,0.25\n1,2,0.1,0.1,0.8\n", "F:s :@3..@5"),
    ],
)
def test_one_file_without_columns_is_answered_with_a_call_that_runs(
    tmp_path: Path, loss: str, text: str, sources: str
) -> None:
    file = write(tmp_path, "d.csv", text)
    said = hint(loss, file)
    call = said.partition(f"losscli compute {loss} ")[2]
    assert call == sources.replace("F", file)
    assert value(loss, *shlex.split(call)) > 0


@pytest.mark.parametrize(
    ("loss", "texts", "sources", "proposed"),
    [
        ("bce", [",y,p\n0,1,0.9\n1,0,0.2\n"], "0:y 0", "0:p"),
        ("bce", [",y,p\n0,1,0.9\n1,0,0.2\n"], "0 0:p", "0:y"),
        ("bce", [",y\n0,1\n1,0\n", "p\n0.9\n0.2\n"], "0 1", "0:y"),
        ("bce", ["y\n1\n0\n", "row_id,y,p\n1,1,0.9\n2,0,0.2\n"], "0 1", "1:p"),
        ("softmax_ce", ["id,a,b\n1,1,0\n2,0,1\n", "a,b\n1,2\n3,4\n"], "0 1", "0:a,b"),
        ("softmax_ce", ["id,a,b,c\n1,1,0,0\n2,0,1,0\n", "a,b,c\n1,2,3\n3,4,5\n"], "0 1", "0:a..c"),
        ("sparse_softmax_ce", ["y\n1\n0\n", "key,a,b\n1,1,2\n2,3,4\n"], "0 1", "1:a,b"),
        ("sparse_categorical_ce", ["id,s\n0,0\n1,2\n", "a,b,c\n" + WIDE], "0 1", "0:s"),
    ],
)
def test_columns_that_look_like_keys_are_answered_with_a_source_that_runs(
    tmp_path: Path, loss: str, texts: list[str], sources: str, proposed: str
) -> None:
    files = [write(tmp_path, f"{number}.csv", text) for number, text in enumerate(texts)]
    given = [re.sub("^[01]", lambda found: files[int(found[0])], word) for word in sources.split()]
    said = hint(loss, *given)
    wanted = re.sub("^[01]", lambda found: files[int(found[0])], proposed)
    assert said.startswith("name the column")
    assert f"for example {wanted}" in said.partition(";")[0]
    path = wanted.partition(":")[0]
    once = [wanted if word == path else word for word in given]
    assert value(loss, *once) >= 0


def test_pairing_by_a_key_is_proposed_where_every_file_has_it(tmp_path: Path) -> None:
    keyed = write(tmp_path, "y.csv", "id,y\na,1\nb,0\n")
    other = write(tmp_path, "p.csv", "id,p\nb,0.2\na,0.9\n")
    plain = write(tmp_path, "q.csv", "p\n0.2\n0.9\n")
    assert "--id id" in hint("bce", keyed, other)
    assert value("bce", keyed, other, id="id") > 0
    assert "--id" not in hint("bce", keyed, plain)


@pytest.mark.parametrize(
    ("names", "columns", "text"),
    [
        (["a", "b", "c"], [0, 1, 2], "a..c"),
        (["a", "b", "c"], [0, 2], "a,c"),
        (["a", "b c", "c"], [0, 1, 2], "a..c"),
        (["a b", "b", "c"], [0, 1, 2], "@1..@3"),
        (["a", "b*", "c,d"], [1], "@2"),
        (["@1", "..", "", "x"], [0], "@1"),
        (["@1", "..", "", "x"], [0, 1, 2], "@1..@3"),
    ],
)
def test_columns_are_typed_by_name_where_a_name_can_be_typed(
    names: list[str], columns: list[int], text: str
) -> None:
    source: Source = open_values("y", {name: [1.0] for name in names})
    assert typed(source, columns) == text


def test_a_role_is_one_of_the_losses_inputs(tmp_path: Path) -> None:
    y, p = write(tmp_path, "y.csv", "y\n1\n0\n"), write(tmp_path, "p.csv", "p\n0.9\n0.2\n")
    with pytest.raises(SourceError, match="bce has no input 'foo'; it takes target, prediction"):
        value("bce", f"foo={y}", p)
    both = write(tmp_path, "d.csv", "p,y\n0.9,1\n0.2,0\n")
    with pytest.raises(SourceError, match="takes more than prediction"):
        value("bce", f"prediction={both}:p,y")
    assert value("bce", f"prediction={both}:p", f"target={both}:y") == value("bce", y, p)


def test_counts_of_columns_are_grammatical(tmp_path: Path) -> None:
    wide = write(tmp_path, "p.csv", "a,b\n1,2\n3,4\n")
    one = write(tmp_path, "y.csv", "y\n1\n0\n")
    with pytest.raises(ColumnError, match="has 1 column, the prediction"):
        value("mse", one, wide)
    with pytest.raises(SourceError, match="1 column cannot be dealt"):
        value("mse", f"{one}:y")


@pytest.mark.parametrize(
    ("loss", "other"), [("sparse_categorical_ce", "categorical_ce"), ("sparse_softmax_ce", "softmax_ce")]
)
def test_one_hot_rows_and_class_indices_name_the_other_loss(tmp_path: Path, loss: str, other: str) -> None:
    prediction = write(tmp_path, "p.csv", "a,b,c\n" + WIDE)
    hot = write(tmp_path, "y.csv", "a,b,c\n1,0,0\n0,0,1\n")
    with pytest.raises(ColumnError) as caught:
        value(loss, hot, prediction)
    assert other in str(caught.value.hint).replace("sparse_", "")
    index = write(tmp_path, "i.csv", "y\n0\n2\n")
    with pytest.raises(ColumnError) as caught:
        value(other, index, prediction)
    assert loss in str(caught.value.hint)


def test_a_vector_is_proposed_from_columns_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2] / "sample_data")
    with pytest.raises(ColumnError) as caught:
        losscli.compute("categorical_ce", "iris_onehot.csv:setosa..virginica", "iris.csv")
    assert "iris.csv:setosa..virginica;" in str(caught.value.hint)
