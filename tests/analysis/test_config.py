"""losscli.toml as records: what is wrong is told with its line, all of it together; paths are relative to the
file."""

from __future__ import annotations

from itertools import dropwhile
from pathlib import Path

import pytest

from losscli.analysis.config import Config, read_config
from losscli.analysis.config_file import MOST_BYTES, ConfigText
from losscli.analysis.config_keys import CHECK
from losscli.analysis.config_places import Spot
from losscli.analysis.config_words import in_toml
from losscli.analysis.topic_config import CONFIG
from losscli.errors import ConfigError, LosscliError, ReadError, UsageError
from losscli.registry import all_losses, bind_loss

GOOD = '[[check]]\nloss = "bce"\ntarget = "y.csv"\nprediction = "p.csv"\nmax = 0.3\n'


def read(folder: Path, text: str | bytes, name: str = "losscli.toml") -> Config:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_config(name)


def refused(folder: Path, text: str | bytes, name: str = "losscli.toml") -> list[str]:
    """The lines of the error, hints included."""
    with pytest.raises(LosscliError) as raised:
        read(folder, text, name)
    assert raised.value.exit_code == 2
    return raised.value.lines()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_check_is_what_the_command_line_would_say(tmp_path: Path) -> None:
    (check,) = read(
        tmp_path,
        """
        [[check]]
        name = "all"
        loss = ["bce", "huber:delta=0.5"]
        prediction = ":p"
        target = "d.csv:y"
        id = ["a", "b"]
        weight = "w"
        by = "d.csv:region"
        group = ":g"
        max = {"bce@eu" = 0.4, "huber:delta=0.5" = 1e-7}
        min = 3
        equals = 0.1
        rtol = 1e-6
        labels = [0, 1]
        header = false
        as = "torch"
        delimiter = "\\t"
        input_format = "csv"
        unpaired = "skip"
        missing = "skip"
        multioutput = "sum"
        jobs = 2
        engine = "local"
        """,
    ).checks
    assert (check.name, check.losses) == ("all", "bce,huber:delta=0.5")
    assert check.sources == ("d.csv:y", ":p")  # the target first, whatever the order of the keys
    assert check.options == {
        "id": ("a", "b"),
        "weight": "w",
        "by": "d.csv:region",
        "group": ":g",
        "max": ["bce@eu=0.4", "huber:delta=0.5=1e-07"],
        "min": ["3"],
        "equals": ["0.1"],
        "rtol": 1e-6,
        "labels": ("0", "1"),
        "header": False,
        "as_": "torch",
        "delimiter": "\t",
        "input_format": "csv",
        "unpaired": "skip",
        "missing": "skip",
        "multioutput": "sum",
        "jobs": 2,
        "engine": "local",
    }
    assert check.places["max", "bce@eu"].line == 11
    assert check.place.line == 2


MISTAKES = {
    "unknown key": ('[[check]]\nlost = "bce"\nloss = "bce"\n', "2:1", "unknown key 'lost'", "'loss'"),
    "a word of elsewhere": (GOOD + 'sep = ";"\n', "6:1", "unknown key 'sep'", "'delimiter'"),
    "an option's spelling": (GOOD + "max-increase = 1\n", "6:1", "'max-increase'", "'max_increase'"),
    "nothing near": (GOOD + "zzzzzz = 1\n", "6:1", "unknown key 'zzzzzz'", "the keys are target, prediction"),
    "a role of others": (GOOD + 'variance = "v.csv"\n', "6:1", "no input 'variance'", "target, prediction"),
    "unknown key above": ("formt = 1\n" + GOOD, "1:1", "unknown key 'formt'", "'format'"),
    "a key of checks above": ('loss = "bce"\n' + GOOD, "1:1", "unknown key 'loss'", "below a [[check]]"),
    "a key of all in one": (GOOD + "precision = 3\n", "6:1", "'precision'", "above the first [[check]]"),
    "checks for check": ("[[checks]]\n" + GOOD, "1:1", "unknown key 'checks'", "'check'"),
    "a table, not a list": ("[check]\n", "1:1", "check is a table, not a list of tables", "[[check]]"),
    "check of texts": ('check = ["a"]\n', "1:1", "check is a list, not a list of tables", "[[check]]"),
    "no checks": ("check = []\n", "1:1", "there is no check", "[[check]]"),
    "no loss": ('[[check]]\ntarget = "y"\nmax = 1\n', "1:1", "no loss", 'loss = "bce"'),
    "no target": ('[[check]]\nloss = "bce"\nprediction = "p"\nmax = 1\n', "1:1", "no target", 'target = "t'),
    "no sources": ('[[check]]\nloss = "bce"\nmax = 1\n', "1:1", "no target and no prediction", "target = "),
    "no history": (
        '[[check]]\nloss = "mase"\ntarget = "d"\nprediction = "p"\nmax = 1\n',
        "1:1",
        "no train",
        'train = "train.csv"',
    ),
    "no requirement": (GOOD.replace("max", "rtol"), "1:1", "requires nothing", "add max"),
    "both ways": (GOOD + 'sources = ["a"]\n', "1:1", "target and prediction and sources", "leave out"),
    "unknown loss": (GOOD.replace("bce", "bec"), "2:1", "unknown loss 'bec'", "bce"),
    "bad parameter": (GOOD.replace("bce", "huber:delta=-1"), "2:1", "delta", ""),
    "unknown framework": (GOOD + 'as = "tensor"\n', "2:1", "tensor", ""),
    "other inputs": (GOOD.replace("bce", "mse,gaussian_nll"), "2:1", "takes target, mean", "separate"),
    "twice": (GOOD.replace("bce", "bce,BCE"), "2:1", "named twice", ""),
    "loss of a number": (GOOD.replace('"bce"', "3"), "2:1", "loss is 3, not a text", 'loss = "bce"'),
    "target of a list": (GOOD.replace('"y.csv"', "[]"), "3:1", "target is a list, not a text", "target = "),
    "max of a text": (GOOD.replace("0.3", '"0.3"'), "5:1", 'max is "0.3", not a number', "max = 0.35"),
    "max of true": (GOOD.replace("0.3", "true"), "5:1", "max is true, not a number", ""),
    "max of nothing": (GOOD.replace("0.3", "{}"), "5:1", "max is a table, not", ""),
    "max of texts": (GOOD.replace("0.3", '{bce = "1"}'), "5:1", "max is a table, not", ""),
    "a date": (GOOD.replace("0.3", "1979-05-27"), "5:1", "max is a date or time, not", ""),
    "rtol below 0": (GOOD + "rtol = -1\n", "6:1", "rtol is -1, not a finite number", ""),
    "atol infinite": (GOOD + "atol = inf\n", "6:1", "atol is inf, not a finite number", ""),
    "header of a number": (GOOD + "header = 1\n", "6:1", "header is 1, not true or false", "header = true"),
    "missing of a word": (GOOD + 'missing = "drop"\n', "6:1", 'not "error" or "skip"', 'missing = "skip"'),
    "jobs of 0": (GOOD + "jobs = 0\n", "6:1", "jobs is 0, not a number of threads", ""),
    "id empty": (GOOD + 'id = ""\n', "6:1", 'id is "", not', ""),
    "name of blanks": (GOOD + 'name = " "\n', "6:1", 'name is " ", not a text', ""),
    "two of one name": (GOOD + GOOD, "6:1", "two checks are called 'bce'", "the first is in line 1"),
    "format unknown": ('format = "jsn"\n' + GOOD, "1:1", 'format is "jsn", not the name', ""),
    "precision too large": ("precision = 18\n" + GOOD, "1:1", "from 1 to 17", ""),
    "color of a word": ('color = "red"\n' + GOOD, "1:1", '"auto" or "always" or "never"', ""),
    "no TOML": (GOOD + "max 3\n", "6:5", "not TOML: expected '='", ""),
    "a key twice": (GOOD + "max = 3\n", "6:8", "not TOML: cannot overwrite a value", ""),
    "open to the end": (GOOD + "id = [\n", "7:1", "not TOML", ""),
    "a huge integer": (GOOD + f"min = {'9' * 5000}\n", "", "not TOML: exceeds the limit", ""),
    "deep": ("a = " + "[" * 5000 + "]" * 5000, "", "nests lists and tables too deeply", ""),
    "not UTF-8": (GOOD.encode() + b'name = "\xe9t\xe9"\n', "6:9", "not UTF-8: the byte 0xe9", "UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "1:1", "not UTF-8", "UTF-8"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    text, at, said, hint = MISTAKES[name]
    lines = refused(tmp_path, text)
    place = "losscli.toml" + (f":{at}" if at else "")
    found = [n for n, line in enumerate(lines) if line.startswith(f"{place}: error[E1") and said in line]
    if not at:
        found = [n for n, line in enumerate(lines) if "error[E107]: " in line and said in line]
    assert found, lines
    assert not hint or hint in lines[found[0] + 1]


def test_an_empty_file_has_no_check(tmp_path: Path) -> None:
    assert "there is no check" in refused(tmp_path, "")[0]
    assert (
        "begin each with [[tool.losscli.check]]" in refused(tmp_path, "[tool.losscli]\n", "pyproject.toml")[1]
    )


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    text = "formt = 1\n" + GOOD.replace("bce", "bec") + 'lost = 1\nmissing = "drop"\n' + "[[check]]\n" + GOOD
    lines = [line.partition(" ")[0] for line in refused(tmp_path, text) if "error[" in line]
    assert lines == [f"losscli.toml:{at}:" for at in ("1:1", "3:1", "7:1", "8:1", "9:1", "9:1")]
    lines = refused(
        tmp_path, '[[check]]\nlost = 1\nmax = "x"\nloss = "bec,mse:a=1"\n[[check]]\nloss = "bce"\n'
    )
    found = [line.split(": ")[0] for line in lines if "error[" in line]
    assert found == [f"losscli.toml:{at}" for at in ("2:1", "3:1", "4:1", "4:1", "5:1", "5:1")]


def test_line_ends_marks_and_comments_move_no_line(tmp_path: Path) -> None:
    text = "# [[check]]\n" + GOOD + '# max = 1 # [x]\n"los\\u0074" = 1 # loss\n'
    for content in (text, text.replace("\n", "\r\n"), "\ufeff" + text):
        (line, _) = refused(tmp_path, content)
        assert line.startswith("losscli.toml:8:1: error[E107]: unknown key 'lost'")


def test_pyproject_says_it_below_tool(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n' + GOOD.replace("[[check]]", "[[tool.losscli.check]]")
    config = read(tmp_path, '[tool.losscli]\nformat = "json"\n' + text, "pyproject.toml")
    assert [check.losses for check in config.checks] == ["bce"]
    assert config.defaults == {"format": "json"}
    (line, _) = refused(tmp_path, text + "lost = 1\n", "pyproject.toml")
    assert line.startswith("pyproject.toml:8:1: error[E107]: unknown key 'lost'")
    assert "no table [tool.losscli]" in refused(tmp_path, "[tool.black]\n", "pyproject.toml")[0]
    assert (
        "pyproject.toml:2:1: error[E107]: tool.losscli is no table"
        in refused(tmp_path, "[tool]\nlosscli = 3\n", "pyproject.toml")[0]
    )


def test_losscli_toml_is_found_before_pyproject(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nor is there a losscli") as raised:
        read_config()
    assert "losscli check bce y.csv p.csv" in (raised.value.hint or "")
    project = tmp_path / "pyproject.toml"
    project.write_text("[project]\n")
    with pytest.raises(UsageError, match="nor is there"):
        read_config()
    project.write_text(GOOD.replace("[[check]]", "[[tool.losscli.check]]").replace("bce", "mse"))
    assert read_config().checks[0].name == "mse"
    (tmp_path / "losscli.toml").write_text(GOOD)
    assert (read_config().path, read_config().checks[0].name) == ("losscli.toml", "bce")
    (tmp_path / "losscli.toml").write_text("x")  # a broken one is told, not passed over
    with pytest.raises(ConfigError, match="not TOML"):
        read_config()


def test_a_file_that_is_too_long_is_no_list_of_checks(tmp_path: Path) -> None:
    with (tmp_path / "long.toml").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ConfigError, match="is it a list of checks"):
        read_config("long.toml")


def test_the_file_that_the_topic_shows_is_right(tmp_path: Path) -> None:
    lines = iter(CONFIG.lines())
    shown = "\n".join([*dropwhile(lambda line: not line.startswith("format ="), lines)])
    text = shown[: shown.index("max, min and equals")]
    (check,) = read(tmp_path, text).checks
    assert check.losses == "bce,brier"
    assert set(check.options) == {"id", "by", "max", "min"}
    (other,) = read(
        tmp_path, text.replace("[[check]]", "[[tool.losscli.check]]").replace("format", "#"), "pyproject.toml"
    ).checks
    assert other.options == check.options


def test_what_cannot_be_read_is_a_failed_reading(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name in ("nowhere.toml", "folder.toml", "no/such/folder.toml"):
        with pytest.raises(ReadError) as raised:
            read_config(name)
        assert raised.value.exit_code == 4
    (tmp_path / "losscli.toml").mkdir()
    with pytest.raises(ReadError):
        read_config()
    for name in ("-", "s3://bucket/losscli.toml"):
        with pytest.raises(ConfigError):
            read_config(name)


FROM_FOLDER = {
    "y.csv": "ci/y.csv",
    "./y.csv": "ci/y.csv",
    "../y.csv:a": "ci/../y.csv:a",
    "parts/:y": "ci/parts/:y",
    "day*/[a-c].csv": "ci/day*/[a-c].csv",
    "/data/y.csv:a": "/data/y.csv:a",
    "s3://bucket/y.csv:a": "s3://bucket/y.csv:a",
    "file:///data/y.csv": "file:///data/y.csv",
    "-": "-",
    "-:a": "-:a",
    "-a.csv": "ci/-a.csv",
    "a=b.csv:x": "ci/a=b.csv:x",
}


@pytest.mark.parametrize("text", FROM_FOLDER)
def test_paths_are_relative_to_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    content = (
        GOOD.replace("y.csv", text) + 'weight = "w.csv"\nby = "region"\ngroup = ":g"\ngolden = "g.csv"\n'
    )
    (check,) = read(tmp_path, content, "ci/losscli.toml").checks
    assert check.sources == (FROM_FOLDER[text], "ci/p.csv")
    names = ("weight", "by", "group", "golden")
    assert [check.options[name] for name in names] == ["ci/w.csv", "region", ":g", "ci/g.csv"]
    (same,) = read(tmp_path, content, "ci/../losscli.toml").checks
    assert same.sources[1] == "ci/../p.csv"
    (here,) = read(tmp_path, GOOD, "./losscli.toml").checks
    assert here.sources == ("y.csv", "p.csv")


def test_an_equals_sign_in_a_path_is_no_role(tmp_path: Path) -> None:
    (tmp_path / "target=1").mkdir()
    (check,) = read(tmp_path, GOOD, "target=1/losscli.toml").checks
    assert check.sources == ("./target=1/y.csv", "./target=1/p.csv")
    (check,) = read(tmp_path, GOOD.replace("y.csv", "prediction=1.csv:a")).checks
    assert check.sources == ("./prediction=1.csv:a", "p.csv")


def test_roles_are_keys_and_may_stand_in_sources(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    text = '[[check]]\nloss = "gaussian_nll"\nmax = 1\n'
    named = read(tmp_path, text + 'variance = ":v"\nmean = ":m"\ntarget = "d.csv:y"\n', "ci/losscli.toml")
    assert named.checks[0].sources == ("ci/d.csv:y", ":m", ":v")
    listed = read(tmp_path, text + 'sources = ["d.csv:y", "variance=v.csv", "mean=:m"]\n', "ci/losscli.toml")
    assert listed.checks[0].sources == ("ci/d.csv:y", "variance=ci/v.csv", "mean=:m")
    text = '[[check]]\nloss = "mase"\nmax = 1\ntarget = "d.csv:y"\nprediction = ":p"\ntrain = "h.csv:y"\n'
    series = read(tmp_path, text, "ci/losscli.toml")
    assert series.checks[0].sources == ("target=ci/d.csv:y", "prediction=:p", "train=ci/h.csv:y")
    (tmp_path / "train=ci").mkdir()
    (tmp_path / "train=ci" / "h.csv:y").write_text("")
    series = read(tmp_path, text, "ci/losscli.toml")
    assert series.checks[0].sources[2] == "train=./ci/h.csv:y"


def test_what_is_not_found_stands_where_its_table_does() -> None:
    spots = {(): Spot(1, 1), ("check",): Spot(2, 1), ("check", 0): Spot(3, 1)}
    text = ConfigText("losscli.toml", {}, (), spots)
    assert str(text.place("check", 0, "max", "bce")) == "losscli.toml:3:1"
    assert str(text.place("check", 1)) == "losscli.toml:2:1"
    assert str(text.place("format")) == "losscli.toml:1:1"


def test_no_role_of_any_loss_is_another_key() -> None:
    own = set(CHECK) - {"target", "prediction"} | {"check", "format", "precision", "color"}
    for loss in all_losses():
        for entry in bind_loss(loss, {}).inputs:
            assert entry.role not in own, loss.name


WORDS = {
    "--max bce=0.3: there are no segments": 'max = {"bce" = 0.3}: there are no segments',
    "--min huber:delta=0.5/p95=2: x": 'min = {"huber:delta=0.5/p95" = 2}: x',
    "--max 0.3: of which loss?": "max = 0.3: of which loss?",
    "--by COLUMN makes them": 'by = "COLUMN" makes them',
    "name the key: --id COLUMN": 'name the key: id = "COLUMN"',
    "--labels no,yes; --missing skip drops": 'labels = "no,yes"; missing = "skip" drops',
    "--input-format parquet": 'input_format = "parquet"',
    "(--no-header leaves a file without names)": "(header = false leaves a file without names)",
    "leave out --scheduler": "leave out scheduler",
    "a - b -- c": "a - b -- c",
}


@pytest.mark.parametrize("text", WORDS)
def test_options_are_said_as_keys(text: str) -> None:
    assert in_toml(text) == WORDS[text]
