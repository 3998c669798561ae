"""The topic `inspect`: what it looks for, and how it decides."""

from __future__ import annotations

from losscli.analysis.topic import Topic

INSPECT = Topic(
    "inspect",
    "What two files hold, what is wrong with them, which losses fit",
    """
    losscli inspect sample_data/cancer_labels.csv:label \\
      sample_data/cancer_all_features.csv:probability
    losscli inspect sample_data/demand.csv:sold :q10,q50,q90
    losscli inspect sample_data/p.csv sample_data/y.csv -f plain

    Reads both inputs once, in flat memory, and says what they hold: kind of target,
    coding, classes and their shares, range, exact sum and mean, predictions of
    exactly 0 or 1, clipped ones, numbers that went through float32, repeated rows.
    What looks wrong has a code, its numbers, its first line, and what to type:
    W110 percentages, W111 logits given as probabilities (W101: the reverse), W112
    labels -1/1, 1/2, 0/255, W113 classes that count from 1, W114 swapped inputs,
    W115 shifted rows, W116 classes in another order, W117 an inverted class, W118 a
    constant, W119 rows that do not sum to 1, W120 a sigmoid too many, W121 no
    association, W123 text labels that no column is named after, W124 columns that
    do not match, W125 a prediction that follows the target, W127 one that is the
    target.
    Shifts, orders and inversions are tested: a right set is called wrong with a
    chance below 0.1 % in all. They look at 32,768 rows at most, in windows spread
    over the file; sums and extremes are those of all rows. `losscli explain W115`
    and W116 say what the tests hold on to.
    Where the best constant is as good (W126) or a loss is infinite (W201), `check`
    and `compute` look at the first 8,192 rows in the same way and warn of what they
    find; a prediction with skill pays next to nothing for it.
    The losses that fit come with the value and the skill that `compute` gives, and
    with the reason, the best first: labels or probabilities or logits; counts,
    positive and relative targets; mean, median or quantile; outliers (excess
    kurtosis above 6, or Hill's tail index below 3); quantiles and ensembles.
    Exit 0 whatever it finds; it is no gate. Standard input and pipes are written to
    a temporary file, 8 bytes a number, because losses need a second reading.
    """,
    ("doctor", "diagnose", "detectors"),
)
