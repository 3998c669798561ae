"""What a person has to know about pictures."""

from __future__ import annotations

from losscli.analysis.topic import Topic

PLOT = Topic(
    "plot",
    "Pictures: in the terminal, or as png, svg, pdf",
    """
    losscli plot curve bce,brier --target 0,1
    losscli plot calibration sample_data/cancer_labels.csv:label \\
      sample_data/cancer_two_features.csv:probability --id id
    losscli plot samples mse sample_data/diabetes.csv:target :prediction --bins 20
    a file:  losscli plot curve mse,mae -o curve.svg --inches 6x4
    training: losscli plot epochs bce train=y.csv 't_*.csv' val=v.csv 'v_*.csv'

    On a terminal the picture fills the window, or --size 80x24 characters; a pipe
    gets the numbers that are drawn, tab-separated, and -f json or csv gives them
    with names. -o FILE.png, .svg or .pdf needs `pip install 'losscli[plot]'`; the
    same input gives the same bytes. Lines differ in colour, stroke and marker,
    bars in their filling, so that no picture needs colours.
    curve        each loss and its gradient, for given targets; --range -2..2.
                 Where a few values reach far, the axis ends at most of them, and
                 a note says how far they go.
    samples      bars of equal width: how many rows, and the share of the loss
                 that they carry; losses that are infinite are counted apart.
    calibration  bins of equal width; lines are Wilson intervals.
    residuals    above 1,000 rows medians of groups, and where 90 % of each lie.
    epochs       files in the order given; those of a glob in the order of the
                 numbers in their names. NAME=TARGET begins another set. Beside
                 probabilities of classes stands the accuracy.
    surface      the mean loss of w x + b; the minimum by a simplex search, and
                 gradient descent from 0 with a step that is halved as needed.
    compare      two predictions: the rows' differences; more: intervals.
    --weight COLUMN weighs the rows of every kind that draws rows; intervals of a
    calibration are then those of as many equal rows as the weights amount to.
    """,
    ("plots", "pictures", "picture", "plotting", "curve", "calibration", "surface", "epochs"),
)
