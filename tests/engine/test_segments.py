"""`--by`: a segment has the numbers of a run over its rows alone, and segments add up to the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.engine import segments as segments_room
from losscli.errors import CellError, ColumnError, LabelError, UsageError
from losscli.numerics.exact import ExactSum

ROWS = 240
HEADER = "key,y,p,q,w,mu,sd,c0,c1,c2,class,region,query"
REGIONS = ("eu", "us", "Asia, east", "-", "10", "9", "é")


@pytest.fixture(name="lines", scope="module")
def _lines() -> list[str]:
    draw = np.random.default_rng(3)
    found = []
    for row in range(ROWS):
        label, shares = int(draw.integers(0, 2)), draw.dirichlet([1.0, 2.0, 3.0])
        p = float(draw.integers(1, 1000)) / 1000 if row not in (41, 50) else float(1 - label)
        weight = 0 if row % 7 == 5 else draw.integers(1, 4)
        q = "" if row % 17 == 3 else draw.random()
        query = row // 6
        region = REGIONS[query % len(REGIONS)]
        cells = [f"k{row}", label, p, q, weight, draw.normal(), draw.random() + 0.1]
        classes = [*shares, "abc"[draw.integers(0, 3)], f'"{region}"', f"q{query}"]
        found.append(",".join(map(str, [*cells, *classes])))
    return found


Call = tuple[tuple[str, ...], dict[str, Any]]

CALLS: dict[str, Call] = {
    "one": (("bce", ":y", ":p"), {}),
    "several, set losses, conventions": (("mse,rmse,wape,r2_loss,bce:as=keras", ":y", ":p"), {}),
    "weights": (("bce,rmse,mae", ":y", ":p"), {"weight": "w"}),
    "by rows": (("torch.BCELoss,mse", ":y", ":p"), {"weight": "w"}),
    "missing": (("mse,rmse", ":q", ":p"), {"missing": "skip"}),
    "missing and weights": (("mse,wape", ":q", ":p"), {"missing": "skip", "weight": "w"}),
    "columns": (("mse,rmse", ":y,mu", ":p,sd"), {"multioutput": "none"}),
    "columns summed": (("rmse", ":y,mu", ":p,sd"), {"multioutput": "sum"}),
    "three inputs": (("gaussian_nll", ":y", ":mu", ":sd"), {}),
    "classes": (("sparse_categorical_ce", ":class", ":c0,c1,c2"), {"labels": "a,b,c"}),
    "counts": (("torch.cross_entropy:weight=1,2,3", ":class", ":c0,c1,c2"), {"labels": "a,b,c"}),
    "by key": (("bce", ":y", ":p"), {"id": "key"}),
    "reductions": (("mse", ":y", ":p"), {"reduction": "sum,std,max"}),
    "no summary": (("mse,rmse,wape", ":y", ":p"), {"summary": False, "weight": "w"}),
    "all rows at once": (("median_ae,max_error,mae", ":y", ":p"), {}),
    "all rows at once, weighted": (("median_ae,d2_score:base=mae", ":y", ":p"), {"weight": "w"}),
    "lists": (("listnet,pairwise_logistic", ":y", ":mu"), {"group": "query"}),
}


def computed(folder: Path, lines: list[str], call: Call, **more: Any) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "table.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    (loss, first, *others), options = call
    return api.compute(loss, f"{path}{first}", *others, **options, **more)


def region_of(line: str) -> str:
    return line.split('"')[1]


def numbers(result: Any) -> Any:
    return result.headline, dict(result.reductions), result.reduction, result.spec, result.column


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("way", [{}, {"jobs": 3, "block_bytes": 701}])
def test_a_segment_is_a_run_over_its_rows(
    tmp_path: Path, lines: list[str], name: str, way: dict[str, Any]
) -> None:
    whole = computed(tmp_path / "whole", lines, CALLS[name], by="region", **way)
    for number, region in enumerate(REGIONS):
        alone = computed(
            tmp_path / str(number), [one for one in lines if region_of(one) == region], CALLS[name]
        )
        for result, wanted in zip(whole.results, alone.results, strict=True):
            (found,) = [one for one in result.segments if one.name == region]
            assert repr(numbers(found.result)) == repr(numbers(wanted))
            assert found.rows == alone.rows.scored
    plain = computed(tmp_path / "plain", lines, CALLS[name], **way)
    for result, wanted in zip(whole.results, plain.results, strict=True):
        assert repr(result._replace(segments=())).replace("/whole/", "/plain/") == repr(wanted)
        assert [one.name for one in result.segments] == sorted(REGIONS)
        assert sum(one.rows for one in result.segments) == whole.rows.scored
        assert sum(one.weight_share for one in result.segments) == pytest.approx(1.0)
        shares = [one.loss_share for one in result.segments]
        if None not in shares:
            assert sum(shares) == pytest.approx(1.0)


def test_contributions_add_up_to_the_whole_exactly(tmp_path: Path, lines: list[str]) -> None:
    call = (("mse,rmse,mae", ":q", ":p"), {"missing": "skip", "weight": "w"})
    state = computed(tmp_path, lines, call, by="region", state=True).state
    for place, whole in enumerate(state["scores"]):
        total, weight = ExactSum(), ExactSum()
        for scores in state["segments"].values():
            (summary,) = scores[place]["summaries"]
            total.merge(ExactSum.from_state(summary["sum"]))
            weight.merge(ExactSum.from_state(summary["weight"]))
        assert total.to_state() == whole["summaries"][0]["sum"]
        assert weight.to_state() == whole["summaries"][0]["weight"]


def test_shares_are_those_of_the_sums(tmp_path: Path, lines: list[str]) -> None:
    call = (("mae,rmse", ":y", ":mu"), {"weight": "w"})
    for result in computed(tmp_path, lines, call, by="region").results:
        for one in result.segments:
            share = one.result.reductions["sum"].value / result.reductions["sum"].value
            assert one.loss_share == pytest.approx(share, rel=1e-15)


@pytest.mark.parametrize("held", [1, 50, 1000])
def test_how_much_is_held_back_changes_nothing(
    tmp_path: Path, lines: list[str], held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = CALLS["weights"]
    wanted = repr(computed(tmp_path, lines * 2, call, by="key").results)
    monkeypatch.setattr(segments_room, "HELD", held)
    monkeypatch.setattr(segments_room, "SLICE", 3)
    assert repr(computed(tmp_path, lines * 2, call, by="key", block_bytes=999).results) == wanted


def test_segments_without_a_row_that_counts_do_not_appear(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,p,w,r\n1,2,1,a\n1,2,0,b\n1,,1,c\n1,4,2,d\n1,3,1,\n")
    report = api.compute("mae", f"{path}:y", ":p", by="r", weight="w", missing="skip")
    assert [(one.name, one.rows) for one in report.results[0].segments] == [("a", 1), ("d", 1)]
    assert report.rows.skipped == 2
    with pytest.raises(CellError):
        api.compute("mae", f"{path}:y", ":w", by="r")


def test_texts_are_taken_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,p,r\n1,2,1\n1,3,1.0\n1,4,01\n1,5,NA\n")
    report = api.compute("mae", f"{path}:y", ":p", by="r")
    assert [one.name for one in report.results[0].segments] == ["01", "1", "1.0", "NA"]


@pytest.mark.parametrize("form", [list, np.array])
def test_segments_of_arrays(form: Any) -> None:
    report = api.compute("mae", [1.0, 2.0, 3.0], [2.0, 4.0, 3.0], by=form(["x", "y", "x"]))
    assert [(one.name, one.result.headline.value) for one in report.results[0].segments] == [
        ("x", 0.5),
        ("y", 2.0),
    ]
    assert report.by == "segment"
    report = api.compute("mae", [1.0, 2.0, 3.0], [2.0, 4.0, 3.0], by=form([7, 8, 7]))
    assert [one.name for one in report.results[0].segments] == ["7", "8"]


def test_a_column_of_two_files(tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y,r\n1,a\n2,b\n")
    (tmp_path / "p.csv").write_text("p,r\n1,a\n4,b\n")
    target, prediction = f"{tmp_path}/y.csv:y", f"{tmp_path}/p.csv:p"
    report = api.compute("mae", target, prediction, by="r")
    assert [one.result.headline.value for one in report.results[0].segments] == [0.0, 2.0]
    (tmp_path / "p.csv").write_text("p,r\n1,a\n4,a\n")
    with pytest.raises(ColumnError, match="two files with different values"):
        api.compute("mae", target, prediction, by="r")
    report = api.compute("mae", target, prediction, by=f"{tmp_path}/p.csv:r")
    assert [one.name for one in report.results[0].segments] == ["a"]


def test_infinite_and_negative_wholes_have_no_shares() -> None:
    report = api.compute("bce", [1.0, 0.0], [0.0, 0.5], by=["x", "y"])
    assert [one.loss_share for one in report.results[0].segments] == [None, None]
    assert [one.result.headline.status for one in report.results[0].segments] == ["inf", "ok"]
    report = api.compute("gaussian_nll", [1.0, 1.0], [1.0, 1.0], [1e-9, 1.0], by=["x", "y"])
    assert report.results[0].headline.value < 0
    assert [one.loss_share for one in report.results[0].segments] == [None, None]


@pytest.mark.parametrize(
    ("call", "options", "words"),
    [
        (("mae", ":y", ":p"), {"by": "region", "reduction": "none"}, "lists every row"),
        (("mae", ":y", ":p"), {"by": "region", "reduction": "mean,p95"}, "p95"),
        (("mae", ":y", ":p"), {"by": "regoin"}, "no input has this column"),
        (("listnet", ":y", ":p"), {"by": "region"}, "one vector"),
        (("median_ae", ":y", ":p"), {"group": "region"}, "--by"),
    ],
)
def test_what_has_no_segments(
    tmp_path: Path, lines: list[str], call: tuple[str, ...], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        computed(tmp_path, lines, (call, options))
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_a_list_lies_in_one_segment(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,s,q,r\n1,2,a,eu\n0,1,a,eu\n1,3,b,eu\n0,3,b,us\n")
    with pytest.raises(LabelError, match="the group 'b' lies in the segments 'eu' and 'us'") as caught:
        api.compute("listnet", f"{path}:y", ":s", group="q", by="r")
    assert str(caught.value.place).endswith("t.csv:5:4")
