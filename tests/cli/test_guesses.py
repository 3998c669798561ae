"""The words that people guess are answered with what to type; what is proposed is accepted."""

from __future__ import annotations

import shlex

import pytest

from losscli.cli.boundary import run
from losscli.cli.guesses import COMMAND_WORDS, known_options
from losscli.cli.retyping import FIXED, FLAGS, RENAMED, take_apart

Y, P = "sample_data/y.csv", "sample_data/p.csv"
FILES = f"{Y} {P}"

REWRITTEN = [
    (f"compute bce --target {Y} --prediction {P}", f"compute bce {FILES}"),
    (f"compute bce --y-true={Y} --y-pred={P}", f"compute bce {FILES}"),
    ("compute bce d.csv --target label --prediction score", "compute bce d.csv:label :score"),
    (f"compute bce {Y} --preds {P}", f"compute bce {FILES}"),
    (f"compute --metric bce {FILES}", f"compute bce {FILES}"),
    (f"compute -m bce {FILES}", f"compute bce {FILES}"),
    (f"compute {FILES} --loss bce", f"compute bce {FILES}"),
    (f"compute huber {FILES} --delta 0.5", f"compute huber:delta=0.5 {FILES}"),
    (f"compute mse,pinball {FILES} --alpha 0.9", f"compute mse,pinball:tau=0.9 {FILES}"),
    (f"compute pinball {FILES} --quantile=0.9", f"compute pinball:tau=0.9 {FILES}"),
    (f"compute bce {FILES} --from-logits", f"compute bce_logits {FILES}"),
    ("compute categorical_ce y p --from-logits", "compute softmax_ce y p"),
    ("compute sparse_categorical_ce y p --from_logits", "compute sparse_softmax_ce y p"),
    (f"compute bce {FILES} --sep ';'", f"compute bce {FILES} --delimiter ';'"),
    (f"compute bce {FILES} --on id", f"compute bce {FILES} --id id"),
    (f"compute bce {FILES} --key id", f"compute bce {FILES} --id id"),
    (f"compute bce {FILES} --sample-weight w.csv", f"compute bce {FILES} --weight w.csv"),
    (f"compute bce {FILES} --sample-weights w.csv", f"compute bce {FILES} --weight w.csv"),
    (f"compute bce {FILES} --digits 6", f"compute bce {FILES} --precision 6"),
    (f"compute bce {FILES} --json", f"compute bce {FILES} --format json"),
    (f"compute bce {FILES} --csv", f"compute bce {FILES} --format csv"),
    (f"compute bce {FILES} --max 0.3", f"check bce {FILES} --max 0.3"),
    (f"compute bce {FILES} --min 0.2", f"check bce {FILES} --min 0.2"),
    (f"compute bce {FILES} --fail-above=0.3", f"check bce {FILES} --max 0.3"),
    (f"bce {FILES}", f"compute bce {FILES}"),
    (f"huber:delta=0.5 {FILES} --json", f"compute huber:delta=0.5 {FILES} --format json"),
    (f"--json compute bce {FILES}", f"compute bce {FILES} --format json"),
    (f"eval bce {FILES}", f"compute bce {FILES}"),
    (f"cmopute bce {FILES}", f"compute bce {FILES}"),
    (f"compute {FILES} bce", f"compute bce {FILES}"),
    (f"--as=keras compute bce {FILES}", f"compute bce {FILES} --as keras"),
    (f"evaluate --metric bce {FILES} --json", f"compute bce {FILES} --format json"),
    (f"gate bce {FILES} --max 0.3", f"check bce {FILES} --max 0.3"),
    (f"assert bce {FILES} --threshold 0.3", f"check bce {FILES} --max 0.3"),
    ("explain bce --y-true=1 --pred 0.8", "explain bce --target=1 --prediction 0.8"),
    ("explian bce", "explain bce"),
]

ANSWERED = [
    (f"inspect bce {FILES}", [f"losscli inspect {FILES}"]),
    ("inspect d.csv --y-true y --y-pred p", ["losscli inspect d.csv:y :p"]),
    ("doctor y.csv p.csv", ["losscli inspect y.csv p.csv"]),
    (f"compute accuracy {FILES}", ["zero_one", "brier"]),
    (f"compute auc {FILES}", ["bce", "brier"]),
    (f"compute f1 {FILES}", ["zero_one", "bce"]),
    (f"compute ce {FILES}", ["bce", "categorical_ce", "softmax_ce"]),
    (f"compute bec {FILES}", ["did you mean bce"]),
    (f"compute bce {FILES} --formt json", ["--format"]),
    (f"compute bce {FILES} --jsn", ["--format json"]),
    (f"compute bce {FILES} --format jsn", ["json"]),
    (f"compute bce {FILES} --unpaired drop", ["--unpaired 'drop'", "'error'", "'skip'"]),
    (f"compute bce {FILES} --worst 0", ["--worst 0", "below 1"]),
    (f"compute bce {FILES} --worst two", ["--worst 'two'", "whole number"]),
    (f"compute bce {FILES} --rows ten", ["--rows ten", "--rows all"]),
    (f"compute bce {FILES} --precision 18", ["from 1 to 17"]),
    (f"compute bce {FILES} --weight", ["--weight needs a value"]),
    ("compute", ["a loss and its files are missing", "losscli compute bce y.csv p.csv"]),
    ("reconcile", ["a loss and its files are missing", "losscli reconcile bce y.csv p.csv --value"]),
    ("compare", ["a loss and its files are missing", "losscli compare bce y.csv a.csv b.csv"]),
    (f"compute bce {FILES} --reduction mean --reduction=p95", ["given twice", "--reduction mean,p95"]),
    (f"compute bce {FILES} -f json -qf value", ["--format is given twice", "only one"]),
    (f"check bce {FILES} --max 1 --jobs 1 --jobs 1", ["--jobs is given twice"]),
    ("inspect", ["the files to score are missing", "losscli inspect y.csv p.csv"]),
    ("reconcile mse", ["the files to score are missing", "losscli reconcile mse y.csv p.csv"]),
    (f"check {FILES} --max 1", ["stands where the loss does", f"losscli check LOSS {FILES}"]),
    (f"reconcile {FILES}", ["stands where the loss does", f"losscli reconcile LOSS {FILES}"]),
    (f"compare {FILES} {P}", ["stands where the loss does", f"losscli compare LOSS {FILES} {P}"]),
    (f"plot samples {FILES}", ["stands where the loss does", f"losscli plot samples LOSS {FILES}"]),
    ("compute mse", ["losscli compute mse y.csv p.csv"]),
    ("", ["a command is missing", "--help"]),
    ("help compute", ["losscli compute --help"]),
    ("--vresion", ["--version"]),
    ("frobnicate bce y.csv p.csv q.csv", ["compute, compare, check, inspect, explain"]),
    ("evaluate", ["losscli compute bce y.csv p.csv"]),
    ("version", ["losscli --version"]),
    ("-V", ["did you mean --version?"]),
    (f"compute bce {FILES} --as optax", ["optax has no such loss", "torch, keras"]),
    (f"compute bce:as=nothing {FILES}", ["nothing has no such loss"]),
    (f"compute torch.mse_loss:as=keras {FILES}", ["says already whose convention"]),
    (f"compute poisson {FILES}", ["several meanings", "poisson_nll:as=keras"]),
    (f"compute hinge_loss {FILES}", ["several meanings", "hinge or crammer_singer"]),
    (f"compute torch.nothing_like_it {FILES}", ["losscli list --framework torch"]),
    ("list --json", ["did you mean --format json?"]),
    (f"compute bce {FILES} --by region", ["no input has this column", "--by FILE:COLUMN"]),
    (f"compute bce {FILES} --weigth w", ["did you mean --weight?"]),
    ("y.csv p.csv", ["losscli compute LOSS y.csv p.csv"]),
    ("explain bec", ["bce"]),
    ("explain E209", ["E210"]),
    ("explain parings", ["pairing"]),
    ("explain y.csv", ["--row 17"]),
    ("explain accuracy", ["zero_one"]),
    ("explain bce --target 1", ["--prediction", "losscli explain bce --target 1 --prediction 0.8"]),
    ("explain bce --target yes --prediction 0.8", ["'yes' is no number"]),
    ("explain bce --row 3", ["losscli explain bce y.csv p.csv --row 17"]),
    (f"explain bce {FILES} --row 3 --target 1", ["--row takes the values from files"]),
    ("list nonsense", ["losscli list without arguments"]),
    ("list crossentropi", ["did you mean", "_ce"]),
    ("list --family binaries", ["did you mean binary"]),
    ("list --framework tensorflow", ["torch, keras"]),
    ("list --target reals", ["did you mean real"]),
    ("list cross entropy", ["quotes"]),
]


@pytest.mark.parametrize(("typed", "wanted"), REWRITTEN)
def test_a_guess_is_rewritten(typed: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shlex.split(typed)) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error[E100]: ")
    assert error.splitlines()[-1].endswith(f"losscli {wanted}")


@pytest.mark.parametrize(
    "wanted", sorted({wanted for _, wanted in REWRITTEN if FILES in wanted and "id id" not in wanted})
)
def test_what_is_proposed_is_accepted(wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    if "w.csv" in wanted or "huber" in wanted:
        wanted = wanted.replace("w.csv", "sample_data/w.csv")
    assert run(shlex.split(wanted)) == 0
    out, error = capsys.readouterr()
    assert out
    assert "error" not in error


@pytest.mark.parametrize(("typed", "words"), ANSWERED)
def test_a_mistake_is_answered(typed: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shlex.split(typed)) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "\nhint: " in error
    assert [word for word in words if word not in error] == []


def test_every_proposal_is_an_option_of_compute() -> None:
    """The tables cannot promise what typer refuses, nor hide an option that exists."""
    options = set(known_options("compute"))
    for guess, proposal in {**RENAMED, **FIXED}.items():
        assert proposal.split()[0] in options
        assert guess not in options
    assert options | {"-h", "--help"} >= FLAGS


def test_no_word_for_a_command_is_one() -> None:
    from losscli.cli.app import COMMANDS

    assert not {word for words in COMMAND_WORDS.values() for word in words} & set(COMMANDS)


def test_lists_and_flags_may_be_typed_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "bce", Y, P, "--max", "1", "--max", "bce/p95=9", "-q", "-q", "-f", "plain"]) == 0
    assert capsys.readouterr().out.count("pass") == 2


def test_commands_are_not_abbreviated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comp", "bce", Y, P]) == 2
    assert capsys.readouterr().out == ""


def test_a_negative_number_is_the_value_of_an_option() -> None:
    assert take_apart(["bce", "y", "--worst=-1", "-:p"]).arguments == ["bce", "y", "-:p"]
