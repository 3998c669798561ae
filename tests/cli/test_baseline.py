"""check against an earlier run: one verdict in every output, whatever the order, format or number of jobs;
what cannot be compared never passes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli import api
from losscli.cli.boundary import run
from tests import readme

SOURCE = ":y :p --id id"
FORMATS = ("b.csv", "b.tsv", "b.ndjson", "b.json", "b.csv.gz", "b.parquet", "b.arrow")
ROWS = 60


class Shop:
    """Files of one folder: predictions of an earlier and a later model."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        draws = np.random.default_rng(7)
        self.target = draws.normal(10.0, 3.0, ROWS)
        self.before = self.target + draws.normal(0.0, 1.0, ROWS)
        self.region = ["eu" if row % 3 == 0 else "us" for row in range(ROWS)]
        self.write("before.csv", self.before)

    def write(
        self, name: str, prediction: Sequence[float] | np.ndarray, order: Sequence[int] | None = None
    ) -> None:
        rows = range(ROWS) if order is None else order
        lines = [f"k{row},{self.region[row]},{self.target[row]!r},{prediction[row]!r}" for row in rows]
        text = "\n".join(["id,region,y,p", *lines]).replace("np.float64(", "").replace(")", "")
        (self.folder / name).write_text(text + "\n", encoding="ascii")

    def losscli(self, *words: str) -> tuple[int, str, str]:
        code = run(list(words))
        out, error = self._capsys.readouterr()
        return code, out, error

    def save(self, name: str, losses: str = "mse", *words: str) -> str:
        """The baseline of the earlier model; the file's path."""
        given = words or ("--id", "id")
        code, _, error = self.losscli(
            "compute", losses, "before.csv:y", ":p", *given, "--per-sample", name, "-q"
        )
        assert (code, error) == (0, "")
        return name

    def check(self, file: str, *words: str, losses: str = "mse") -> tuple[int, str, str]:
        return self.losscli("check", losses, f"{file}:y", ":p", "--id", "id", *words)

    def judged(self, file: str, *words: str, losses: str = "mse") -> dict:
        """The first requirement of the JSON."""
        code, out, _ = self.check(file, *words, "-f", "json", losses=losses)
        content = json.loads(out)
        assert (code == 1) == (content["verdict"] == "fail")
        return content["requirements"][0]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    monkeypatch.chdir(tmp_path)
    return Shop(tmp_path, capsys)


def worse(shop: Shop, by: float = 2.0, rows: Sequence[int] = range(0, ROWS, 3)) -> np.ndarray:
    """The earlier prediction, further from the target in some rows."""
    found = shop.before.copy()
    found[list(rows)] += by * np.sign(found[list(rows)] - shop.target[list(rows)])
    return found


# --- the verdict


@pytest.mark.parametrize("baseline", FORMATS)
def test_every_format_of_a_baseline_gives_the_same_verdict(shop: Shop, baseline: str) -> None:
    shop.save(baseline)
    shop.write("after.csv", worse(shop))
    failed = shop.judged("after.csv", "--baseline", baseline, "--max-increase", "0.1")
    assert failed["verdict"] == "fail"
    difference = (worse(shop) - shop.target) ** 2 - (shop.before - shop.target) ** 2
    assert failed["value"] == pytest.approx(difference.mean(), rel=1e-12)
    assert failed["interval"]["low"] > 0.1
    assert failed["interval"]["method"].startswith("studentised bootstrap")
    same = shop.judged("before.csv", "--baseline", baseline, "--max-increase", "0")
    assert (same["verdict"], same["value"]) == ("pass", 0.0)


def test_order_jobs_and_blocks_do_not_change_a_bit(shop: Shop) -> None:
    shop.save("b.parquet")
    order = np.random.default_rng(1).permutation(ROWS)
    shop.write("after.csv", worse(shop))
    shop.write("mixed.csv", worse(shop), order)
    lines = (shop.folder / shop.save("b.csv")).read_text().splitlines()
    (shop.folder / "mixed_base.csv").write_text("\n".join([lines[0], *(lines[1 + row] for row in order)]))
    found = []
    for file, baseline, jobs in (
        ("after.csv", "b.parquet", "1"),
        ("after.csv", "b.csv", "2"),
        ("mixed.csv", "b.csv", "2"),
        ("after.csv", "mixed_base.csv", "1"),
        ("mixed.csv", "mixed_base.csv", "1"),
    ):
        one = shop.judged(
            file, "--by", "region", "--baseline", baseline, "--max-increase", "1%", "--jobs", jobs
        )
        before = one["baseline"]
        names = [row["id"] for row in before["worse"]["first"]]
        segments = [(entry["segment"], entry["carried"]) for entry in before["segments"]]
        found.append((one["verdict"], one["value"], one["interval"], names, segments))
    assert all(entry == found[0] for entry in found[1:])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shift=st.floats(-0.5, 0.5),
    limit=st.floats(-0.5, 0.5).map(lambda value: round(value, 3)),
    unclear=st.sampled_from(["estimate", "pass", "fail"]),
    seed=st.integers(0, 99),
)
def test_exit_code_verdict_json_and_text_agree(
    shop: Shop, shift: float, limit: float, unclear: str, seed: int
) -> None:
    noise = np.random.default_rng(seed).normal(shift, 0.5, ROWS)
    shop.save("b.csv")
    shop.write("after.csv", shop.before + noise)
    words = ("--baseline", "b.csv", f"--max-increase={limit}", "--on-unclear", unclear)
    code, out, _ = shop.check("after.csv", *words, "-f", "json")
    content = json.loads(out)
    (one,) = content["requirements"]
    low, high = one["interval"]["low"], one["interval"]["high"]
    expected = "pass" if high <= limit else "fail" if low > limit else "unclear"
    assert one["verdict"] == expected
    if expected == "unclear":
        estimate = "pass" if one["value"] <= limit else "fail"
        assert one["counts_as"] == (estimate if unclear == "estimate" else unclear)
        assert [entry["code"] for entry in content["warnings"]] == ["W109"]
    failed = "fail" in (one["verdict"], one.get("counts_as"))
    assert code == int(failed) == int(content["verdict"] == "fail")
    plain_code, plain, said = shop.check("after.csv", *words, "-f", "plain")
    assert (plain_code, plain.split("\t")[0]) == (code, expected)
    assert ("W109" in said) == (expected == "unclear")
    table_code, table, _ = shop.check("after.csv", *words, "-f", "table")
    assert table_code == code
    assert f"exit {code}" in table
    assert ("FAIL" in table) == (expected == "fail")
    junit_code, junit, _ = shop.check("after.csv", *words, "-f", "junit")
    assert junit_code == code
    assert f'failures="{code}"' in junit


@pytest.mark.parametrize(("unclear", "code"), [("estimate", 0), ("pass", 0), ("fail", 1)])
def test_unclear_says_how_it_counts(shop: Shop, unclear: str, code: int) -> None:
    shop.save("b.csv")
    noise = np.random.default_rng(3).normal(0.0, 0.3, ROWS)
    shop.write("after.csv", shop.before + noise)
    _, out, _ = shop.check("after.csv", "--baseline", "b.csv", "--max-increase", "0", "-f", "json")
    value = json.loads(out)["requirements"][0]["value"]
    limit = repr(value + 1e-3)
    found, out, error = shop.check(
        "after.csv", "--baseline", "b.csv", "--max-increase", limit, "--on-unclear", unclear, "-f", "table"
    )
    assert found == code
    assert "unclear" in out
    assert f"1 unclear (counts as {'fail' if code else 'pass'}): exit {code}" in out
    assert "warning[W109]" in re.sub(r"\s+", " ", out + error)


def test_a_limit_is_met_to_the_last_bit(shop: Shop) -> None:
    shop.save("b.csv")
    shop.write("after.csv", shop.target + np.sqrt((shop.before - shop.target) ** 2 + 0.25))
    high = shop.judged("after.csv", "--baseline", "b.csv", "--max-increase", "9")["interval"]["high"]
    low = shop.judged("after.csv", "--baseline", "b.csv", "--max-increase", "9")["interval"]["low"]
    words = ("--baseline", "b.csv", "--max-increase")
    assert shop.judged("after.csv", *words, repr(high))["verdict"] == "pass"
    assert shop.judged("after.csv", *words, repr(math.nextafter(high, 0.0)))["verdict"] != "pass"
    assert shop.judged("after.csv", *words, repr(low))["verdict"] != "fail"
    assert shop.judged("after.csv", *words, repr(math.nextafter(low, -9.0)))["verdict"] == "fail"


def test_people_read_the_name_of_the_file_and_machines_its_path(shop: Shop) -> None:
    (shop.folder / "saved").mkdir()
    shop.save("saved/b.csv")
    shop.write("after.csv", worse(shop))
    one = shop.judged("after.csv", "--baseline", "saved/b.csv", "--max-increase", "0.1")
    assert (one["term"], one["baseline"]["file"]) == ("mse - b.csv", "saved/b.csv")
    one = shop.judged("after.csv", "--golden", "saved/b.csv")
    assert (one["term"], one["golden"]["file"]) == ("mse as in b.csv", "saved/b.csv")


def test_the_level_of_the_interval_may_be_another(shop: Shop) -> None:
    shop.save("b.csv")
    shop.write("after.csv", worse(shop))
    words = ("--baseline", "b.csv", "--max-increase", "9")
    wide, usual, narrow = (
        shop.judged("after.csv", *words, *level)["interval"]
        for level in (("--confidence", "0.99"), (), ("--confidence", "0.5"))
    )
    assert wide["low"] < usual["low"] < narrow["low"] < narrow["high"] < usual["high"] < wide["high"]
    assert (wide["level"], usual["level"]) == (0.99, 0.95)
    _, out, _ = shop.check("after.csv", *words, "--confidence", "0.99", "-f", "table")
    assert "99 % interval" in out
    assert shop.check("after.csv", *words, "--confidence", "95")[0] == 2
    code, _, error = shop.check("after.csv", "--max", "9", "--confidence", "0.9")
    assert code == 2
    assert "about a baseline" in error


def test_a_percentage_is_of_the_baselines_own_number(shop: Shop) -> None:
    shop.save("b.csv")
    shop.write("after.csv", worse(shop))
    one = shop.judged("after.csv", "--baseline", "b.csv", "--max-increase", "10%")
    number = ((shop.before - shop.target) ** 2).mean()
    assert one["baseline"]["value"] == pytest.approx(number, rel=1e-12)
    assert one["limit"] == pytest.approx(number / 10, rel=1e-12)
    assert one["given"] == "10%"


def test_several_losses_have_limits_of_their_own(shop: Shop) -> None:
    shop.save("b.parquet", "mse,mae")
    shop.write("after.csv", worse(shop))
    words = ("--baseline", "b.parquet", "--max-increase", "mse=0.1", "--max-increase", "mae=50")
    code, out, _ = shop.check("after.csv", *words, "-f", "plain", losses="mse,mae")
    assert code == 1
    assert [line.split("\t")[0] for line in out.splitlines()] == ["fail", "pass"]
    code, _, error = shop.check("after.csv", *words[:3], "0.1", losses="mse,mae")
    assert code == 2
    assert "of which loss?" in error


def test_a_set_loss_beside_does_not_matter(shop: Shop) -> None:
    shop.save("b.parquet", "mse,mae")
    shop.write("after.csv", worse(shop))
    words = ("--baseline", "b.parquet", "--max-increase", "mae=0.01")
    for losses in ("rmse,mae", "rmse,mse,mae", "mae,rmse"):
        one = shop.judged("after.csv", *words, losses=losses)
        assert (one["loss"], one["verdict"]) == ("mae", "fail")
        assert one["value"] > 0.01


def test_a_score_may_fall_by_so_much(shop: Shop, tmp_path: Path) -> None:
    draws = np.random.default_rng(5)
    rows = draws.normal(size=(40, 3))
    near, far = rows + draws.normal(0, 0.1, rows.shape), rows + draws.normal(0, 2.0, rows.shape)
    for name, array in (("y", rows), ("near", near), ("far", far)):
        np.save(tmp_path / f"{name}.npy", array)
    assert shop.losscli("compute", "cosine_similarity", "y.npy", "near.npy", "--per-sample", "c.csv")[0] == 0
    words = ("check", "cosine_similarity", "y.npy", "far.npy", "--baseline", "c.csv")
    code, out, _ = shop.losscli(*words, "--max-decrease", "0.05", "-f", "json")
    (one,) = json.loads(out)["requirements"]
    assert (code, one["verdict"], one["limit"]) == (1, "fail", -0.05)
    assert one["value"] < -0.05
    assert one["baseline"]["worse"]["worse"] > 20
    assert (
        shop.losscli("check", "cosine_similarity", "y.npy", "near.npy", *words[4:], "--max-decrease", "0")[0]
        == 0
    )
    code, _, error = shop.losscli(*words, "--max-increase", "0.05")
    assert code == 2
    assert "--max-decrease cosine_similarity=0.05" in error


# --- where the change sits


def test_segments_add_up_to_the_change(shop: Shop) -> None:
    shop.save("b.csv")
    after = worse(shop)
    shop.write("after.csv", after)
    words = ("--by", "region", "--baseline", "b.csv", "--max-increase", "0.1")
    one = shop.judged("after.csv", *words)
    segments = one["baseline"]["segments"]
    assert [entry["segment"] for entry in segments] == ["eu", "us"]
    assert math.fsum(entry["change_share"] for entry in segments) == 1.0
    assert math.fsum(entry["carried"] for entry in segments) == pytest.approx(one["value"], rel=1e-15)
    assert segments[1]["change"] == 0.0
    difference = ((after - shop.target) ** 2 - (shop.before - shop.target) ** 2)[::3]
    assert segments[0]["change"] == pytest.approx(difference.mean(), rel=1e-12)
    _, out, _ = shop.check("after.csv", *words, "-f", "table")
    assert "eu carries 100.0 % of the change (20 of 60 rows)" in re.sub(r"\s+", " ", out)


def test_a_segment_has_a_limit_of_its_own(shop: Shop) -> None:
    shop.save("b.csv")
    shop.write("after.csv", worse(shop))
    words = ("--by", "region", "--baseline", "b.csv")
    limits = ("--max-increase", "mse@eu=0.1", "--max-increase", "mse@us=0.1")
    code, out, _ = shop.check("after.csv", *words, *limits, "-f", "json")
    eu, us = json.loads(out)["requirements"]
    assert (code, eu["verdict"], us["verdict"]) == (1, "fail", "pass")
    assert (eu["rows"], us["rows"], us["value"]) == (20, 40, 0.0)
    code, _, error = shop.check("after.csv", *words, "--max-increase", "mse@euu=0.1")
    assert code == 2
    assert "did you mean eu" in error
    code, _, error = shop.check("after.csv", *words[2:], "--max-increase", "mse@eu=0.1")
    assert code == 2
    assert "--by COLUMN" in error


def test_the_rows_that_carry_half_are_named_with_their_lines(shop: Shop) -> None:
    shop.save("b.csv")
    after = shop.before.copy()
    after[[4, 9]] += 50.0
    after[20] += 1.0 * np.sign(after[20] - shop.target[20])
    shop.write("after.csv", after)
    one = shop.judged("after.csv", "--baseline", "b.csv", "--max-increase", "0.1", "--on-unclear", "fail")
    carried = (after - shop.target) ** 2 - (shop.before - shop.target) ** 2
    first, second = sorted((4, 9), key=lambda row: -carried[row])
    found = one["baseline"]["worse"]
    assert [row["id"] for row in found["first"]] == [f"k{first}", f"k{second}", "k20"]
    assert [row["line"] for row in found["first"][:2]] == [first + 2, second + 2]
    assert (found["rows"], found["worse"], found["carrying"]) == (60, 3, 1)
    assert found["share"] == pytest.approx(carried[first] / carried[[4, 9, 20]].sum(), rel=1e-9)
    words = ("--baseline", "b.csv", "--max-increase", "0.1")
    _, out, _ = shop.check("after.csv", *words, "-f", "table")
    text = re.sub(r"\s+", " ", out)
    assert f"1 of 60 rows carries {100 * found['share']:.1f} % of what became worse" in text
    assert f"first after.csv:{first + 2} (id k{first})" in text


# --- what does not belong together


@pytest.mark.parametrize(
    ("losses", "saved", "words", "code", "said"),
    [
        ("mse", "mae", ("--max-increase", "1"), 3, "b.parquet holds mae; this run is of mse"),
        ("huber:delta=2", "huber", ("--max-increase", "1"), 3, "holds huber; this run is of huber:delta=2"),
        ("mse", "mse", (), 2, "requires nothing by itself"),
        ("rmse", "mse", ("--max-increase", "1"), 2, "mse has one for each row"),
        ("mse", "mse", ("--max-decrease", "1"), 2, "--max-increase mse=1"),
        ("mse", "mse", ("--max-increase", "nan"), 2, "not finite"),
        ("mse", "mse", ("--max-increase", "inf%"), 2, "not finite"),
        ("mse", "mse", ("--max-increase", "1%%"), 2, "no number"),
        ("mse", "mse", ("--max-increase", "mae=1"), 2, "mae is not computed"),
        ("mse", "mse", ("--max-increase", "mse/p95=1"), 2, "not p95"),
        ("mse", "mse", ("--max-increase", "1", "--max-increase", "1"), 2, "given twice"),
        ("median_ae", "mse", ("--max-increase", "1"), 2, "one number for the whole set"),
    ],
)
def test_what_cannot_be_compared_never_passes(
    shop: Shop, losses: str, saved: str, words: tuple[str, ...], code: int, said: str
) -> None:
    shop.save("b.parquet", saved)
    found, out, error = shop.check("before.csv", "--baseline", "b.parquet", *words, losses=losses)
    assert (found, out) == (code, "")
    assert said in error


def broken(folder: Path, name: str) -> None:
    lines = (folder / "good.csv").read_text().splitlines()
    made: dict[str, Callable[[], str]] = {
        "empty.csv": lambda: "",
        "header.csv": lambda: lines[0] + "\n",
        "other.csv": lambda: "a,b\n1,2\n",
        "short.csv": lambda: "\n".join(lines[:-1]),
        "long.csv": lambda: "\n".join([*lines, "61,extra,1.0"]),
        "twice.csv": lambda: "\n".join([*lines, lines[1]]),
        "text.csv": lambda: "\n".join([*lines[:-1], lines[-1].rsplit(",", 1)[0] + ",abc"]),
        "report.json": lambda: '{"schema": "losscli/1", "results": []}',
        "by_position.csv": lambda: "row,mse\n" + "\n".join(f"{row + 1},1.0" for row in range(ROWS)),
    }
    (folder / name).write_text(made[name]())


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("missing.csv", 4, "missing.csv"),
        ("empty.csv", 3, "is empty"),
        ("header.csv", 3, "has no row"),
        ("other.csv", 3, "no per-sample values"),
        ("short.csv", 3, "1 key of before.csv is missing in short.csv: k59 (line 61)"),
        ("long.csv", 3, "1 key of long.csv is not in before.csv: extra (line 62)"),
        ("twice.csv", 3, "twice.csv repeats 1 key: k0"),
        ("text.csv", 3, "not a number: abc"),
        ("report.json", 3, "error[E23"),
        ("by_position.csv", 3, "paired by position"),
    ],
)
def test_a_file_that_is_no_baseline_of_these_rows(shop: Shop, name: str, code: int, said: str) -> None:
    shop.save("good.csv")
    if name != "missing.csv":
        broken(shop.folder, name)
    for option in (("--baseline", name, "--max-increase", "1"), ("--golden", name)):
        found, out, error = shop.check("before.csv", *option)
        assert (found, out) == (code, "")
        assert said in error


def test_common_keys_are_compared_and_the_rest_counted(shop: Shop) -> None:
    shop.save("good.csv")
    broken(shop.folder, "short.csv")
    words = ("--unpaired", "skip", "--baseline", "short.csv", "--max-increase", "0")
    code, out, error = shop.check("before.csv", *words, "-f", "json")
    (one,) = json.loads(out)["requirements"]
    assert (code, one["rows"], one["baseline"]["unpaired"]) == (0, 59, 1)
    assert "W104" in error


def test_rows_without_ids_pair_by_their_number(shop: Shop) -> None:
    assert shop.losscli("compute", "mse", "before.csv:y", ":p", "--per-sample", "b.csv")[0] == 0
    words = ("check", "mse", "before.csv:y", ":p", "--baseline", "b.csv", "--max-increase", "0")
    assert shop.losscli(*words)[0] == 0
    lines = (shop.folder / "b.csv").read_text().splitlines()
    (shop.folder / "b.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]))
    assert shop.losscli(*words)[0] == 0
    (shop.folder / "b.csv").write_text("\n".join(lines[:-1]))
    code, _, error = shop.losscli(*words)
    assert code == 3
    assert "60 (line 61)" in error
    assert "pair by their number" in error
    code, _, error = shop.losscli(*words[:4], "--baseline", shop.save("ids.csv"), "--max-increase", "0")
    assert code == 3
    assert "--id COLUMN" in error


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1.5", "1.5 is no row number"),
        ("x", "not a number: x"),
        ("1e300", "is no row number"),
        ("", "empty cell"),
    ],
)
def test_a_row_number_is_a_whole_number(shop: Shop, cell: str, said: str) -> None:
    assert shop.losscli("compute", "mse", "before.csv:y", ":p", "--per-sample", "b.csv")[0] == 0
    lines = (shop.folder / "b.csv").read_text().splitlines()
    lines[7] = f"{cell},{lines[7].partition(',')[2]}"
    (shop.folder / "b.csv").write_text("\n".join(lines))
    words = ("check", "mse", "before.csv:y", ":p", "--baseline", "b.csv", "--max-increase", "99")
    code, out, error = shop.losscli(*words)
    assert (code, out) == (3, "")
    assert "b.csv:8:1: error[" in error
    assert said in error


def test_the_runs_own_faults_come_first(shop: Shop) -> None:
    shop.save("good.csv")
    broken(shop.folder, "short.csv")
    text = (shop.folder / "before.csv").read_text().splitlines()
    text[30] = text[30].rsplit(",", 1)[0] + ",oops"
    (shop.folder / "bad.csv").write_text("\n".join(text))
    code, _, error = shop.check("bad.csv", "--baseline", "short.csv", "--max-increase", "1")
    assert code == 3
    assert "bad.csv:31:4: error[E210]: not a number: oops" in error
    assert "short.csv" not in error


def test_an_infinite_difference_never_passes(shop: Shop, tmp_path: Path) -> None:
    target, fine = "y\n1\n0\n1\n0\n", "p\n0.9\n0.2\n0.7\n0.1\n"
    (tmp_path / "y.csv").write_text(target)
    (tmp_path / "fine.csv").write_text(fine)
    (tmp_path / "inf.csv").write_text(fine.replace("0.9", "0"))
    for name in ("inf", "fine"):
        for suffix in ("csv", "parquet", "ndjson"):
            words = ("y.csv", f"{name}.csv", "--per-sample", f"{name}_base.{suffix}", "-q")
            assert shop.losscli("compute", "bce", *words)[0] == 0
    for suffix in ("csv", "parquet", "ndjson"):
        for now, then in (("inf", "fine"), ("fine", "inf"), ("inf", "inf")):
            words = ("check", "bce", "y.csv", f"{now}.csv", "--baseline", f"{then}_base.{suffix}")
            code, out, _ = shop.losscli(*words, "--max-increase", "1e9", "-f", "json", "--on-unclear", "pass")
            (one,) = json.loads(out)["requirements"]
            assert (code, one["verdict"], one["value"]) == (1, "fail", None)
            assert "1 row has no finite difference" in one["note"]
            assert one["baseline"]["not_finite"] == 1


def test_one_row_decides_nothing(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y\n1\n")
    (tmp_path / "p.csv").write_text("p\n0.9\n")
    assert shop.losscli("compute", "bce", "y.csv", "p.csv", "--per-sample", "b.csv")[0] == 0
    words = ("check", "bce", "y.csv", "p.csv", "--baseline", "b.csv", "--max-increase", "1")
    code, out, _ = shop.losscli(*words, "-f", "json", "--on-unclear", "fail")
    (one,) = json.loads(out)["requirements"]
    assert (code, one["verdict"], one["interval"]["low"]) == (1, "unclear", None)


# --- golden files


@pytest.mark.parametrize("golden", FORMATS)
def test_no_row_may_move_from_a_golden_file(shop: Shop, golden: str) -> None:
    shop.save(golden)
    code, out, _ = shop.check("before.csv", "--golden", golden, "-f", "json")
    (one,) = json.loads(out)["requirements"]
    assert (code, one["verdict"], one["value"]) == (0, "pass", 0.0)
    moved = shop.before.copy()
    moved[[7, 31]] = shop.target[[7, 31]] + [5.0, 3.0]
    shop.write("after.csv", moved)
    code, out, _ = shop.check("after.csv", "--golden", golden, "-f", "json")
    (one,) = json.loads(out)["requirements"]
    assert (code, one["verdict"], one["value"], one["rows"]) == (1, "fail", 2.0, 60)
    first = one["golden"]["first"][0]
    assert (first["id"], first["row"], first["line"], first["file"]) == ("k7", 8, 9, "after.csv")
    assert first["value"] == pytest.approx(25.0, rel=1e-12)
    code, out, _ = shop.check("after.csv", "--golden", golden, "-f", "table")
    assert code == 1
    assert "(2 of 60 rows moved from" in re.sub(r"\s+", " ", out)
    assert shop.check("after.csv", "--golden", golden, "--atol", "30")[0] == 0
    assert shop.check("after.csv", "--golden", golden, "--atol", "20")[0] == 1


def test_the_tolerance_of_a_golden_file_is_met_to_the_last_bit(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y\n0\n0\n")
    (tmp_path / "p.csv").write_text("p\n1.5\n2\n")
    (tmp_path / "g.csv").write_text("row,mae\n1,1.0\n2,2.0\n")
    words = ("check", "mae", "y.csv", "p.csv", "--golden", "g.csv", "--rtol", "0")
    assert shop.losscli(*words, "--atol", "0.5")[0] == 0
    assert shop.losscli(*words, "--atol", repr(math.nextafter(0.5, 0)))[0] == 1
    assert shop.losscli(*words[:-1], "0.5")[0] == 0


def test_a_golden_infinity_has_not_moved(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("y\n1\n0\n")
    (tmp_path / "p.csv").write_text("p\n0\n0.5\n")
    for name in ("g.csv", "g.parquet"):
        assert shop.losscli("compute", "bce", "y.csv", "p.csv", "--per-sample", name, "-q")[0] == 0
        assert shop.losscli("check", "bce", "y.csv", "p.csv", "--golden", name)[0] == 0
    (tmp_path / "q.csv").write_text("p\n0.5\n0.5\n")
    code, out, _ = shop.losscli("check", "bce", "y.csv", "q.csv", "--golden", "g.csv", "-f", "json")
    assert (code, json.loads(out)["requirements"][0]["value"]) == (1, 1.0)


def test_baseline_and_golden_are_judged_in_one_run(shop: Shop) -> None:
    shop.save("b.csv")
    words = ("--baseline", "b.csv", "--max-increase", "0", "--golden", "b.csv", "--max", "99")
    code, out, _ = shop.check("before.csv", *words, "-f", "plain")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == ["pass"] * 3


# --- update


@pytest.mark.parametrize("name", ["new.parquet", "new.csv"])
def test_update_writes_what_per_sample_writes(shop: Shop, name: str) -> None:
    code, _, error = shop.check("before.csv", "--baseline", name, "--update")
    assert code == 0
    assert f"{name} holds the values of this run now" in error
    shop.save(f"other_{name}")
    assert (shop.folder / name).read_bytes() == (shop.folder / f"other_{name}").read_bytes()
    assert shop.check("before.csv", "--baseline", name, "--max-increase", "0")[0] == 0


def test_update_writes_a_golden_file_too(shop: Shop) -> None:
    assert shop.check("before.csv", "--golden", "g.csv")[0] == 4
    assert shop.check("before.csv", "--golden", "g.csv", "--baseline", "b.parquet", "--update")[0] == 0
    words = ("--golden", "g.csv", "--baseline", "b.parquet", "--max-increase", "0")
    assert shop.check("before.csv", *words)[0] == 0
    both = ("--golden", "one.csv", "--baseline", "one.csv")
    assert shop.check("before.csv", *both, "--update")[0] == 0
    assert shop.check("before.csv", *both, "--max-increase", "0")[0] == 0
    shop.write("after.csv", worse(shop))
    assert shop.check("after.csv", *words)[0] == 1


def test_update_replaces_the_file_only_where_all_else_is_met(shop: Shop) -> None:
    shop.save("b.csv")
    shop.write("after.csv", worse(shop))
    before = (shop.folder / "b.csv").read_bytes()
    words = ("--baseline", "b.csv", "--max-increase", "0", "--update")
    code, out, error = shop.check("after.csv", *words, "--max", "1e-3", "-f", "json")
    assert (code, json.loads(out)["not_updated"]) == (1, ["b.csv"])
    assert "b.csv was not updated" in error
    assert (shop.folder / "b.csv").read_bytes() == before
    (shop.folder / "bad.csv").write_text((shop.folder / "after.csv").read_text() + "kx,eu,1,x\n")
    assert shop.check("bad.csv", *words)[0] == 3
    assert (shop.folder / "b.csv").read_bytes() == before
    assert [path.name for path in shop.folder.iterdir() if path.name.endswith(".part")] == []
    code, out, _ = shop.check("after.csv", *words, "--max", "99", "-f", "json")
    content = json.loads(out)
    assert (code, content["updated"], len(content["requirements"])) == (0, ["b.csv"], 1)
    assert (shop.folder / "b.csv").read_bytes() != before
    assert shop.check("after.csv", "--golden", "b.csv")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--update",), "--update writes a baseline or golden file"),
        (("--baseline", "before.csv", "--update"), "is also an input"),
        (("--golden", "before.csv", "--update"), "is also an input"),
        (("--baseline", "b.csv", "--max-increase", "1", "-o", "csv=b.csv"), "is also an input"),
        (("--baseline", "b.csv", "--update", "-o", "csv=b.csv"), "two outputs are one file"),
        (("--baseline", "b.npy", "--update"), "suffix"),
        (("--max-increase", "1"), "against what?"),
        (("--on-unclear", "pass", "--max", "1"), "is about a baseline"),
        (("--baseline", "b.csv", "--max-increase", "1", "--engine", "dask"), "--engine local"),
    ],
)
def test_calls_that_are_wrong(shop: Shop, words: tuple[str, ...], said: str) -> None:
    shop.save("b.csv")
    code, out, error = shop.check("before.csv", *words)
    assert (code, out) == (2, "")
    assert said in error


# --- the library, and what the files promise


def test_the_library_gives_the_verdict_of_the_command(shop: Shop) -> None:
    shop.save("b.parquet")
    shop.write("after.csv", worse(shop))
    report = api.check(
        "mse", "after.csv:y", ":p", id="id", by="region", baseline="b.parquet",
        max_increase={"mse@eu": "5%", "mse": 100},
    )  # fmt: skip
    assert [one.verdict for one in report.judged] == ["fail", "pass"]
    assert report.exit_code == 1
    shown = shop.judged(
        "after.csv", "--by", "region", "--baseline", "b.parquet",
        "--max-increase", "mse@eu=5%", "--max-increase", "100",
    )  # fmt: skip
    assert report.plain()["requirements"][0] == shown
    arrays = api.check("mse", shop.target, shop.before, baseline=Path("new.csv"), update=True)
    assert (arrays.verdict, arrays.updated) == ("pass", ("new.csv",))
    again = api.check("mse", shop.target, worse(shop), baseline=Path("new.csv"), max_increase=0.1)
    assert again.verdict == "fail"


def test_weights_count(shop: Shop, tmp_path: Path) -> None:
    weights = np.linspace(0.5, 3.0, ROWS)
    (tmp_path / "w.csv").write_text("w\n" + "\n".join(map(repr, weights.tolist())))
    assert shop.losscli("compute", "mse", "before.csv:y", ":p", "--per-sample", "b.csv")[0] == 0
    after = worse(shop)
    shop.write("after.csv", after)
    words = ("check", "mse", "after.csv:y", ":p", "--weight", "w.csv", "--baseline", "b.csv")
    _, out, _ = shop.losscli(*words, "--max-increase", "1", "-f", "json")
    (one,) = json.loads(out)["requirements"]
    difference = (after - shop.target) ** 2 - (shop.before - shop.target) ** 2
    assert one["value"] == pytest.approx(np.average(difference, weights=weights), rel=1e-12)
    assert one["interval"]["low"] < one["value"] < one["interval"]["high"]


def test_the_sample_baseline_passes_and_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(readme.ROOT)
    words = (
        "sample_data/cancer_labels.csv:label",
        "--id",
        "id",
        "--baseline",
        "sample_data/cancer_baseline.tsv",
    )
    better, same = (f"sample_data/cancer_{name}.csv:probability" for name in ("all_features", "two_features"))
    assert run(["check", "bce", words[0], better, *words[1:], "--max-increase=-0.1"]) == 0
    assert run(["check", "bce", words[0], same, *words[1:], "--max-increase=-0.1"]) == 1
    assert run(["check", "bce", words[0], same, *words[1:], "--max-increase=0"]) == 0
    capsys.readouterr()
