"""Writes sample_data/rmse_1.json and rmse_2.json, the states of two parts of sample_data/diabetes.csv, and
sample_data/cancer_baseline.tsv, the loss of every row of a model.

    python -m tests.samples.make_states

Needed after a change of the version or of what a state holds.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from losscli.cli.boundary import run

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
BORDERS = (0, 200, 442)


def states_of_the_sample(folder: Path) -> dict[str, str]:
    """The text of each file by its name; the parts are written to the folder."""
    header, *rows = (SAMPLES / "diabetes.csv").read_text().splitlines()
    found = {}
    here = Path.cwd()
    os.chdir(folder)  # the state names its source as it was given
    try:
        for number in (1, 2):
            part = rows[BORDERS[number - 1] : BORDERS[number]]
            Path(f"part_{number}.csv").write_text("\n".join([header, *part]) + "\n")
            name = f"rmse_{number}.json"
            words = ["compute", "rmse", f"part_{number}.csv:target", ":prediction", "--state", name]
            if run([*words, "-o", f"value={number}.txt", "-f", "value"]):
                raise SystemExit(f"{name} could not be computed")
            found[name] = Path(name).read_text()
    finally:
        os.chdir(here)
    return found


def baseline_of_the_sample(folder: Path) -> str:
    """The text of the baseline."""
    file = folder / "cancer_baseline.tsv"
    words = [f"{SAMPLES}/cancer_labels.csv:label", f"{SAMPLES}/cancer_two_features.csv:probability"]
    if run(["compute", "bce", *words, "--id", "id", "--per-sample", str(file), "-o", f"value={file}.txt"]):
        raise SystemExit("the baseline could not be computed")
    return file.read_text()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for file, content in states_of_the_sample(Path(scratch)).items():
            (SAMPLES / file).write_text(content)
        (SAMPLES / "cancer_baseline.tsv").write_text(baseline_of_the_sample(Path(scratch)))
