"""Class labels: which class a label is, and what is refused rather than guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import LabelError, LosscliError, UsageError

WIDE = "0.5,0.25,0.25\n0.1,0.1,0.8\n"


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def value(losses: str, *sources: Any, **options: Any) -> float:
    return losscli.compute(losses, *sources, **options).results[0].headline.value


@pytest.mark.parametrize(
    ("header", "columns", "labels"),
    [
        ("1,2,3", "1..3", "1,3"),
        ("1,2,3", "1..3", "1.0,3"),
        ("3,2,1", "3..1", "3,1"),
        ("p_1,p_2,p_3", "p_*", "1,3"),
        ("0,1,2", "0..2", "0,2"),
        ("10,20,other", "@2..@4", "10,other"),
        ("10,other,20", "@2..@4", "10,20"),
    ],
)
def test_columns_named_after_numbers_are_those_classes(
    tmp_path: Path, header: str, columns: str, labels: str
) -> None:
    first, last = labels.split(",")
    rows = f"{first},0.5,0.25,0.25\n{last},0.1,0.1,0.8\n"
    file = write(tmp_path, "d.csv", f"s,{header}\n{rows}")
    assert value("sparse_categorical_ce", f"{file}:s", f":{columns}") == value(
        "sparse_categorical_ce", [0, 2], [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]
    )


def test_a_label_that_no_column_is_named_after_is_unknown(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "s,1,2,3\n0,0.5,0.25,0.25\n2,0.1,0.1,0.8\n")
    with pytest.raises(LabelError, match="the label 0 is none of the columns 1, 2, 3") as caught:
        value("sparse_categorical_ce", f"{file}:s", ":1..3")
    assert "--labels 0,1,2" in str(caught.value.hint)
    assert value("sparse_categorical_ce", f"{file}:s", ":1..3", labels="0,1,2") > 0


def test_numbers_and_names_in_two_inputs_are_compared_as_text(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n0,cat\n0,dog\n1,0\n")
    assert value("zero_one", f"{file}:y", ":p") == 1.0


def test_labels_of_numbers_and_names_are_read_as_text(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\n1,1\n2,other\nother,other\n")
    assert value("zero_one", f"{file}:y", ":p", labels="1,2,other") == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("loss", "columns", "labels", "words"),
    [
        ("bce", ("y", "a"), "cat,dog,cow", "names 3 classes, and bce has two"),
        ("bce", ("y", "a"), "cat", "names 1 class, and bce has two"),
        ("bce", ("y", "a"), "cat,cat", "names 'cat' twice"),
        ("bce", ("y", "a"), "1,1.0", "names a class twice"),
        ("bce", ("y", "a"), "cat,,dog", "holds an empty name"),
        ("bce", ("y", "a"), "", "holds an empty name"),
        ("hinge", ("y", "a"), "cat,dog,cow", "names 3 classes, and hinge has two"),
        ("zero_one:threshold=0.5", ("y", "a"), "cat,dog,cow", "names 3 classes, and zero_one.* has two"),
        ("sparse_categorical_ce", ("y", "a..c"), "cat,dog", "names 2 classes, but :a..c has 3 columns"),
    ],
)
def test_labels_that_cannot_be_meant_are_refused(
    tmp_path: Path, loss: str, columns: tuple[str, str], labels: str, words: str
) -> None:
    file = write(tmp_path, "d.csv", "y,a,b,c\ncat,0.5,0.25,0.25\ndog,0.1,0.1,0.8\n")
    if "," in labels and "1" in labels:
        file = write(tmp_path, "d.csv", "y,a,b,c\n1,0.5,0.25,0.25\n2,0.1,0.1,0.8\n")
    with pytest.raises(UsageError, match=f"--labels {labels}.*{words}"):
        value(loss, f"{file}:{columns[0]}", f":{columns[1]}", labels=labels)


@pytest.mark.parametrize(
    ("loss", "text", "columns", "paste"),
    [
        ("bce", "y,p\n1,0.9\n2,0.2\n1,0.4\n", ("y", "p"), "--labels 1,2"),
        ("hinge", "y,p\n0,0.9\n255,0.2\n", ("y", "p"), "--labels 0,255"),
        ("bce", "y,p\n-1,0.9\n1,0.2\n", ("y", "p"), "--labels=-1,1"),
        ("bce", "y,p\nno,0.9\nyes,0.2\n", ("y", "p"), "--labels no,yes"),
        (
            "sparse_categorical_ce",
            "y,a,b,c\n1," + WIDE[:13] + "\n3," + WIDE[14:],
            ("y", "a..c"),
            "--labels 1,2,3",
        ),
        (
            "sparse_softmax_ce",
            "y,a,b,c\n1," + WIDE[:13] + "\n3," + WIDE[14:],
            ("y", "a..c"),
            "--labels 1,2,3",
        ),
    ],
)
def test_the_labels_that_a_hint_names_can_be_pasted(
    tmp_path: Path, loss: str, text: str, columns: tuple[str, str], paste: str
) -> None:
    sources = (f"{write(tmp_path, 'd.csv', text)}:{columns[0]}", f":{columns[1]}")
    with pytest.raises(LosscliError) as caught:
        value(loss, *sources)
    assert paste in str(caught.value.hint)
    assert np.isfinite(value(loss, *sources, labels=paste.removeprefix("--labels").lstrip(" =")))


def test_the_hint_for_labels_inside_column_names_is_a_pattern(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "s,p_a,p_b,p_c\na," + WIDE[:13] + "\nc," + WIDE[14:])
    with pytest.raises(LabelError) as caught:
        value("sparse_categorical_ce", f"{file}:s", ":p_a..p_c")
    assert "':p_*'" in str(caught.value.hint)
    assert value("sparse_categorical_ce", f"{file}:s", ":p_*") > 0


def test_a_label_missing_in_labels_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "y,p\ncat,0.9\ndog,0.2\ncow,0.7\n")
    with pytest.raises(LabelError, match="unknown class 'cow'; --labels names cat, dog") as caught:
        value("bce", f"{file}:y", ":p", labels="cat,dog")
    assert "order of the columns" not in str(caught.value.hint)
