"""What a person has to know to find out why two numbers differ."""

from __future__ import annotations

from losscli.analysis.topic import Topic

RECONCILE = Topic(
    "reconcile",
    "Why another tool prints another number: losscli reconcile",
    """
    losscli reconcile bce sample_data/y.csv sample_data/p.csv --value 0.3562
    losscli reconcile bce sample_data/saturated.csv:y :p --value 12.73 --value 4.732
    losscli reconcile mae sample_data/demand.csv:sold :forecast

    --value is the number as it was printed: all its digits count, and what lies
    within half a unit of the last one fits. With two values it says what
    separates them, with none it prints every convention's number.
    Each step away from the loss that was named has a cost: 1 for a framework's
    convention (clip, denominator, single precision), a loss that a framework
    calls by the same name, a sum for a mean, another base of the logarithm, half,
    double, the other sign, swapped inputs, a sigmoid, inverted labels, weights
    left out; 2 for a relative of the loss, another usual parameter, label
    smoothing, a clip, batches (the mean, or the sum, of the means of batches of 8
    to 4096 rows, the last one short or dropped), a median, classes that count the
    same, (n, 1) that was broadcast against (n,); 3 and more for the rest. All
    candidates up to cost 1 are tried, then up to 2, 3 and 4, until some
    fit; over 50,000 rows up to 3, over 300,000 up to 2. At most 1,000,000 rows.
    Each fit stands with its command. What follows `# then` is done with the
    number x that the command prints, or with the rows l that it lists; n counts
    the rows, k the columns, w are the weights.
    `by chance` is how likely one of the conventions tried fits a number that has
    nothing to do with them: two digits fit nearly anything, six hardly ever. Give
    all digits; a dozen rows of the other tool settle more than a number of all.
    Files cannot show a penalty on the model's weights, dropout, or a loss that
    was averaged while the weights moved.
    """,
    ("reconciling", "mismatch", "batches"),
)
