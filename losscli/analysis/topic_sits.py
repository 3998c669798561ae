"""What a person has to know about where a loss sits."""

from __future__ import annotations

from losscli.analysis.topic import Topic

SITS = Topic(
    "concentration",
    "Where a loss sits",
    """
    losscli compute mse sample_data/diabetes.csv:target :prediction -f json
    losscli compute mse sample_data/diabetes.csv:target :prediction --worst 5

    The table shows the rows with the largest losses and the share of the total that
    each carries; --worst N shows N of them, --by COLUMN what each segment carries.
    Below it stands how much the top 1 % of rows carry, from 100 rows on; in JSON
    `concentration`: {"rows", "share", "of"}, of any number of rows. These are the
    fewest rows, the largest loss first, that make up at least 1 % of all rows:
    ceil(n / 100) of them. With weights they make up at least 1 % of the weight, a
    loss counts weight times, and of equal losses the heavier row comes first. The
    share is exact, and the same for every order of the rows.
    It is there for losses of rows where lower is better, while no row is below 0 or
    infinite; up to a million rows (fewer with more than four results), and beyond
    that when a quantile is asked for: --reduction mean,p99.
    In JSON `infinite` counts the rows with an infinite loss, and under a clip
    (:eps=, or a framework that clips) `clipped` those whose loss it changes:
    {"rows", "first_row", "first"}, the last the file, line and column.
    """,
    ("top", "share", "sits", "outliers", "infinite", "clipped"),
)
