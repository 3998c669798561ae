"""Every warning code and what it means: W1xx the data looks wrong or is incomplete, W2xx numerics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Warned:
    """What a warning says, and what to do about it."""

    title: str
    words: str


WARNINGS = {
    "W101": Warned(
        "Logits look like probabilities",
        "Every value lies in [0, 1], and rows of several sum to 1, which logits hardly ever do. A loss of "
        "logits squeezes probabilities a second time. The values are used as they are: if they are "
        "probabilities, use the loss of probabilities.",
    ),
    "W102": Warned(
        "Rows of probabilities sum to 1 only roughly",
        "The sums are off by more than float64 rounding but within the rounding of printed digits. The "
        "values are used as they are, never renormalised. Write probabilities with all their digits to get "
        "rid of it.",
    ),
    "W103": Warned(
        "Rows with a missing cell were skipped",
        "--missing skip was given: the rows are in no number of the report, and the signature says how many "
        "they were.",
    ),
    "W104": Warned(
        "Rows without a partner were left out",
        "--unpaired skip was given: keys that not every source has are in no number of the report, and the "
        "signature says how many they were.",
    ),
    "W105": Warned(
        "A whole column is one list",
        "A ranking loss of one column reads it as one list of items that are ranked against each other. With "
        "--group COLUMN each group, such as a query, is a list of its own.",
    ),
    "W106": Warned(
        "Part files in name order run backwards by number",
        "The parts of a folder or a glob are read in the plain order of their names, in which part-10 comes "
        "before part-2. Rows pair by position, so if the other source was written in the order of the "
        "numbers, the wrong rows meet. Write the numbers with leading zeros (part-002), or pair by a key "
        "with --id. There is no warning where all sources have parts of the same names and lengths.",
    ),
    "W107": Warned(
        "Part files without a byte",
        "They were read as no rows: writers such as Spark and Hadoop leave them for partitions without rows. "
        "A file that was lost on the way looks the same.",
    ),
    "W108": Warned(
        "Many segments",
        "The column of --by has more than 1,000 different texts. Each segment needs some kilobytes of "
        "memory, so that the run's memory grows with their number. Is the column a key, or a number that was "
        "meant to be cut into ranges?",
    ),
    "W109": Warned(
        "A baseline requirement is unclear",
        "The interval of the mean difference to the baseline holds the limit: with these rows it cannot be "
        "told whether the change is within it. --on-unclear says what that counts as: estimate (what the "
        "mean itself says), pass or fail. More rows make the interval shorter.",
    ),
    "W110": Warned(
        "Percentages in the place of probabilities",
        "The predictions go up to 100 (or 255), or their rows sum to 100. Where the range would allow logits "
        "as well, the likelihood of the target decides. Divide them where they are written.",
    ),
    "W111": Warned(
        "Logits in the place of probabilities",
        "Predictions below 0 or above 1 are no probabilities. Losses of logits take them as they are "
        "(bce_logits, sparse_softmax_ce, softmax_ce), and more exactly than a sigmoid written before.",
    ),
    "W112": Warned(
        "Labels in another coding",
        "The two classes are written -1/1, 1/2, 0/255 or the like, where losses of probabilities take 0/1. "
        "--labels NEGATIVE,POSITIVE maps them.",
    ),
    "W113": Warned(
        "Classes that do not count from 0",
        "With as many columns as classes, class 0 belongs to the first column. --labels names the classes in "
        "the order of the columns.",
    ),
    "W114": Warned(
        "Target and prediction are swapped",
        "The target holds what only predictions look like (no whole numbers), the prediction what only "
        "targets look like (labels). The target stands first.",
    ),
    "W115": Warned(
        "Rows are shifted",
        "The prediction says more of a target some rows away than of its own. The test takes off what a "
        "prediction knows of its own target, so it holds for sorted targets and seasons as well; it calls a "
        "right pairing shifted with a chance below 0.05 %, by Efron's bound for self-normalised sums: 16 "
        "rows in both directions, all rows and their last half and quarter. Look for a row that was lost or "
        "doubled in one of the files, or for a header taken for data.",
    ),
    "W116": Warned(
        "Classes in another order",
        "In another order of the columns the target is so much more likely that chance explains it in less "
        "than 0.025 % of sets (a likelihood ratio, by Markov's inequality, over all orders). Columns in "
        "alphabetical order against labels in order of appearance are the usual cause.",
    ),
    "W117": Warned(
        "An inverted class, or a sign that is turned",
        "The prediction is low where the target is high, beyond chance (below 0.025 %). Usually it is the "
        "probability of the other class: --labels names the negative class first.",
    ),
    "W118": Warned(
        "A constant prediction",
        "Every row has the same prediction, so its skill is 0 at best. A model that did not learn, a column "
        "that was filled in, or the wrong column.",
    ),
    "W119": Warned(
        "Rows of probabilities that do not sum to 1",
        "They are further than 0.001 from 1. Sigmoids instead of a softmax, a column that was left out, or "
        "numbers rounded too much. Nothing is renormalised.",
    ),
    "W120": Warned(
        "A sigmoid too many",
        "All predictions lie in [0.5, 0.73], what a sigmoid makes of probabilities, and the target is more "
        "likely when it is undone.",
    ),
    "W121": Warned(
        "No association between target and prediction",
        "The correlation of their ranks is surely below 0.1: a model without skill, or rows that do not "
        "belong together. Pair them by a key: --id COLUMN.",
    ),
    "W123": Warned(
        "Text labels that no column is named after",
        "Which class is positive, or which column is whose, is not in the files. The proposed --labels is "
        "the order in which the target is likeliest; it is a proposal, not a fact.",
    ),
    "W124": Warned(
        "Columns that do not fit each other",
        "A class a row needs one column for each class, or a single column for two classes.",
    ),
    "W125": Warned(
        "The prediction follows the target",
        "The prediction says more of an earlier target than of its own, and the targets are like their "
        "neighbours. Rows that are shifted look like this, and so does a forecast that leans on the last "
        "values.",
    ),
    "W126": Warned(
        "The prediction is no better than a constant",
        "The skill is not above 0 over at least 20 rows: the best constant has as low a loss. Constant "
        "predictions, inverted classes, shifted rows and columns in another order all look like this, and so "
        "does a model that learnt nothing. `compute` and `check` then look at the first 8,192 rows as "
        "`inspect` does, and warn of what they find; a merge of states, standard input and pipes have no "
        "rows left to look at. Where no summary is computed (plain, value, csv) the skill is that of some "
        "thousand rows spread over the file.",
    ),
    "W127": Warned(
        "The prediction is the target",
        "The two are the same numbers, digit for digit, which no model achieves. The same column was given "
        "twice, or the target was written in the place of the prediction.",
    ),
    "W201": Warned(
        "A loss is infinite",
        "A true answer, for instance where the prediction gave probability 0 to what happened. The first row "
        "is named; the mean and the sum are infinite as well. Nothing is clipped unless the loss is given "
        ":eps= or :as=; the report says what each framework that clips prints instead.",
    ),
    "W202": Warned(
        "A sum is beyond the largest double",
        "Every row is finite, but their true sum is above 1.8e308; its status is `overflow`. The mean may "
        "still be finite and is then exact.",
    ),
    "W203": Warned(
        "The loss of a row is beyond the largest double",
        "The row's true loss is finite but above 1.8e308; its status is `inf`, and that of the mean and the "
        "sum `overflow`. The first row is named: a number in it is probably wrong. rmse and mae reach "
        "further than mse.",
    ),
    "W204": Warned(
        "Too few draws for so many pairs",
        "A drawn p-value is at least 1 / (draws + 1), and Holm multiplies it by the number of pairs. With so "
        "many predictions it can then not fall below the level, and none would be told apart whatever the "
        "rows say. Draw more with --resamples, or compare fewer predictions.",
    ),
}
