"""What a person has to know to read a comparison, and the interval of one number."""

from __future__ import annotations

from losscli.analysis.topic import Topic

COMPARE = Topic(
    "compare",
    "Which prediction is better, how sure that is, and what n could show",
    """
    losscli compare bce sample_data/cancer_labels.csv:label \\
      sample_data/cancer_all_features.csv:probability \\
      sample_data/cancer_two_features.csv:probability --id id --names all,two
    losscli compare mae sample_data/demand.csv:sold :q50 :forecast --reference q50

    All predictions pair with the target at once, by position or by --id, and the
    same rows count for all: with --missing skip a row that one prediction lacks is
    left out for all, with --unpaired skip so is a key that one file lacks.
    The table ranks by the loss, the best first. The difference is that of the
    prediction minus the reference (the first, or --reference NAME), row by row, so
    what both find hard is no noise. `better on` is the share of the rows (of their
    weight) on which the prediction is better.
    The interval of the difference covers with --confidence 0.95, each for itself.
    Up to 5,000 rows it is a studentised bootstrap of 10,000 resamples, whose ends
    follow the skewness, but no end is nearer than Student's t; above it is
    Student's t itself. --resamples N resamples any number of rows.
    `compute --confidence 0.95` gives the interval of one number, in the same way
    (the bootstrap alone; with more than 50 segments theirs are Student's t).
    p is of a permutation test: were two predictions equally good, a row's
    difference could as well have the other sign. Every sign pattern is tried where
    there are few, else 10,000 are drawn; above 5,000 rows their normal limit is
    taken. Holm's method adjusts the p-values of all pairs of one loss, and the
    letters say the same: two share one unless their p is below 1 - confidence.
    A number of the whole set (rmse, wape) is compared by pseudo-values: what each
    row moves it by. One that sees all rows at once (medae) has its value alone.
    Rows are taken as drawn independently of each other: rows of one patient or one
    day are not, and the true interval is wider. Seed and method are printed; the
    order of the rows never shows.
    The last number is the smallest true difference that so many rows show with a
    chance of 80 %. If what matters to you is smaller, compare on more rows.
    A weight says how much a row counts; rows with their weights are what is drawn.
    An interval that cannot be had (one row, an infinite loss) says why instead. A
    comparison keeps one number for each row, loss and prediction in memory.
    """,
    ("confidence", "interval", "intervals", "significance", "bootstrap", "resamples", "letters", "p"),
)
