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
}
