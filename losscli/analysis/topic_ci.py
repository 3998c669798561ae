"""What a person has to know about running checks in a pipeline."""

from __future__ import annotations

from losscli.analysis.topic import Topic

CI = Topic(
    "ci",
    "Checks in GitHub Actions, GitLab, make, jq and pre-commit",
    """
    losscli check bce sample_data/y.csv sample_data/p.csv --max 0.3 -f github
    losscli check bce sample_data/y.csv sample_data/p.csv --max 0.3 -f junit
    losscli compute bce sample_data/y.csv sample_data/p.csv -f github-benchmark

    -f chooses what standard output shows, -o FILE (repeatable) what is written as
    well; all come from one run and tell the verdict of the exit code.
    github: the verdicts, and annotations: an error for each requirement that is
      not met, on the line of its worst row, and a warning for each of its ten
      worst rows (beyond the limit, where rows and limit measure the same). GitHub
      shows ten of each a step. Columns of Parquet, npz and npy have rows, not
      lines. A table is added to $GITHUB_STEP_SUMMARY, the page of the step.
    junit (.xml): a case for each requirement; no times, so the same verdicts are
      the same bytes. Unclear counts as pass and says so in its output.
    github-benchmark: the list that github-action-benchmark reads, with `tool:
      customSmallerIsBetter`, or customBiggerIsBetter for scores; not both at once.
    A run without a verdict (exit 2, 3, 4) writes no result. With github its errors
    are annotated, bad cells on their lines; a JUnit file is written all the same,
    with an error in it, so that no green one of another run is left (a check that a
    signal stops does so too).

    GitHub (a whole workflow: .github/workflows/gate.yml of this project):
      - run: losscli check bce y.csv p.csv --max 0.3 -f github -o bce.xml
    GitLab:
      losses:
        script: losscli check bce y.csv p.csv --max 0.3 -o bce.xml
        artifacts: {when: always, reports: {junit: bce.xml}}
    make; a report of a failed check must not look up to date:
      .DELETE_ON_ERROR:
      bce.json: y.csv p.csv; losscli check bce y.csv p.csv --max 0.3 -o $@
    jq; `pipefail` keeps the exit code:
      set -o pipefail
      losscli check bce y.csv p.csv --max 0.3 -f json |
        jq -r '.requirements[] | select(.verdict != "pass") | .worst[].line'
    pre-commit, which runs `losscli check --config losscli.toml`:
      repos: [{repo: URL, rev: TAG, hooks: [{id: losscli-check}]}]
    """,
    ("github", "gitlab", "junit", "annotations", "github-benchmark", "pre-commit", "make", "jq"),
)
