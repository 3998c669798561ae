"""How a file of checks is written."""

from __future__ import annotations

from losscli.analysis.topic import Topic

CONFIG = Topic(
    "config",
    "A file of checks: losscli.toml, or [tool.losscli] of pyproject.toml",
    """
    losscli check --config sample_data/losscli.toml
    without --config, LOSSES and SOURCE, `losscli check` takes losscli.toml of the
    working folder, else the [tool.losscli] of its pyproject.toml.

    format = "plain"                         # for all checks: format, precision,
                                             # color, jobs
    [[check]]                                # pyproject: [[tool.losscli.check]]
    name = "validation"                      # the losses, unless given
    loss = "bce,brier"
    target = "labels.csv:label"              # or sources = ["labels.csv:label",
    prediction = "scores.csv:probability"    #   "scores.csv:probability"]
    id = "id"
    by = "region"
    max = { bce = 0.35, "bce/p95" = 2, "bce@eu" = 0.4 }
    min = { n = 1000, skill = 0 }

    max, min and equals (with rtol, atol) are a number, of the only loss, or a table
    of the terms of `losscli explain check`. Further inputs of a loss are keys too:
    variance = "v.csv". So are the options of check about reading, pairing and
    evaluating, with _ for -: weight, group, unpaired, missing, labels, header,
    delimiter, input_format, multioutput, as, engine, scheduler, jobs; baseline,
    max_increase, max_decrease, on_unclear, confidence, golden.
    Paths are relative to the file. -f, -o, --precision, --color, --jobs, -q and
    --update stand beside --config; a flag beats the environment, which beats the
    file. What is wrong with the file is told with its line, all of it together
    (exit 2), before anything is read.
    Every check is run and reported. One that cannot be scored is an `error` in
    the report, and its lines are on standard error. The exit code is the gravest:
    70, 4, 3, 2 of an error, else 1 where a requirement is not met, else 0.
    Checks of the same sources, options and kind of losses read them once; those
    with a baseline or a golden file read by themselves.
    """,
    ("configuration", "toml", "losscli.toml", "checks", "pyproject"),
)
