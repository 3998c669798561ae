"""What a person has to know about checks against an earlier run."""

from __future__ import annotations

from losscli.analysis.topic import Topic

BASELINE = Topic(
    "baseline",
    "Checks against an earlier run: --baseline, --golden, --update",
    """
    losscli check bce sample_data/cancer_labels.csv:label \\
      sample_data/cancer_all_features.csv:probability --id id \\
      --baseline sample_data/cancer_baseline.tsv --max-increase 1%

    A baseline is the --per-sample file of an earlier run: Parquet, Arrow, CSV, TSV,
    NDJSON or JSON, also as a URI. The column named after the loss is compared;
    typed files carry the signature too, so that another coding is noticed. Another
    loss, parameter or convention is exit 3; n and the version may differ. JSON has
    no infinity: where a loss may be infinite, take another format.
    --max-increase V says how far the mean may rise above the baseline's on the same
    rows: 0.002, or 1% of the baseline's own number; where higher is better,
    --max-decrease. TERM=V for one of several losses, bce@eu=V for a segment of
    --by. A limit below 0 asks for an improvement.
    Rows pair by id where the run has --id, else by row number, strictly one to one:
    missing, extra and repeated ids are exit 3, --unpaired skip compares the common
    ones. What decides is the interval of the mean of the paired differences (95 %,
    or --confidence): pass where it lies within the limit, FAIL where it lies beyond
    it, else unclear, with a warning (W109). --on-unclear says what that counts as:
    estimate (what the mean itself says), pass or fail. Its ends and method are
    printed; up to 10,000 rows it is bootstrapped, with more it is Student's. A
    difference that is not finite never passes.
    Where a change sits is said too: the fewest rows that carry half of what became
    worse, the first with its file and line; with --by what each segment carries of
    the change, which adds up to it exactly.
    A loss of the whole set, such as rmse, has no rows to compare: take mse.

    --golden FILE asks that no row moved: |value - golden| at most --atol + --rtol x
    |golden|. Those that moved are counted, and the furthest listed.
    --update writes the baseline or golden file from this run instead of judging it,
    whole or not at all, and only if all other requirements are met:
      losscli check bce y.csv p.csv --max 0.3 --baseline base.parquet --update
    """,
    ("baselines", "golden", "update", "max-increase", "max-decrease", "on-unclear", "unclear"),
)
