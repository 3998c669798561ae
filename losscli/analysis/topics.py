"""The topics of `losscli explain`: what a person has to know once, in a screen each."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the word that is typed, its title, the words that mean the same, and its text."""

    name: str
    title: str
    text: str
    aliases: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The text, line by line, without indentation."""
        return (f"{self.name}  {self.title}", "", *cleandoc(self.text).splitlines())


TOPICS = (
    Topic(
        "losses",
        "How losses are named: NAME[:PARAM=VALUE...], several with commas",
        """
        losscli compute mse,mae,pinball:tau=0.9 d.csv:label :score

        A loss has one short name (bce), a title and aliases. Upper and lower case,
        `-` and `_` make no difference. A parameter stands behind the name:
        huber:delta=0.5. It answers to the frameworks' names for it as well, where
        meaning and scale are the same.
        A comma that a digit, a sign or a dot follows continues a value; any other
        comma starts the next loss. Several losses read the data once.
        What a report prints as a loss is valid input again. `losscli list` prints
        all; `losscli explain bce` explains one.
        """,
        ("loss", "names", "parameters", "specs"),
    ),
    Topic(
        "sources",
        "How inputs are named: PATH[:COLUMNS]",
        """
        losscli compute bce y.csv p.csv                      one column each
        losscli compute bce d.csv:label :score               two columns of one file
        losscli compute categorical_ce d.csv:y0..y2 :p0..p2  several columns
        cat d.csv | losscli compute bce -:label :score       standard input

        PATH is a file, or `-` for standard input. If the whole argument is an
        existing file, it is the path; otherwise the last `:` after the last `/`
        splits. `:COLUMNS` alone means the file of the source before it.
        COLUMNS are names `a,b`, a range `p0..p9`, a glob `p_*` (quote it for the
        shell), or positions `@2`, `@2..@11`, `@2..`. A name that holds `,` or `:` is
        selected by @N.
        Without COLUMNS every column counts but those of --id. Sources come in the
        order of the loss's inputs, the target first.
        """,
        ("source", "columns", "files", "inputs"),
    ),
    Topic(
        "formats",
        "Formats of inputs and outputs",
        """
        Inputs: csv, tsv, json, ndjson (jsonl), npy; the text formats also as .gz.
        The suffix decides, or --input-format. Without a known suffix a text is JSON
        when its first character is [ or {, else CSV. Content that contradicts the
        suffix is an error.

        Outputs (--format): auto, table, plain, value, json, ndjson, csv, tsv,
        markdown, latex.
        auto is table on a terminal and plain otherwise. plain prints `loss reduction
        value`, tab-separated; value prints the bare number.
        Machine formats (plain, value, json, ndjson, csv, tsv) never round, cut or
        colour: their digits are the shortest that read back as the same double.
        People's formats print 4 significant digits, or --precision. A number that is
        not finite is null in JSON, with its status beside it.
        -o PATH writes the report to a file as well, its suffix decides how;
        --per-sample PATH writes the loss of every row. Files are replaced as a whole
        or not at all.
        """,
        ("format", "output", "outputs", "json", "csv"),
    ),
    Topic(
        "header",
        "When the first row is a header, and which delimiter is taken",
        """
        A source that names columns has a header. Otherwise the first row is a header
        when one of its selected cells is a name: text that is no number, no missing
        or non-finite word, and starts with no digit, sign or dot. --header and
        --no-header override.
        What cannot be decided stops with exit 3 and asks for the flag: class text
        that occurs again below, a first row 0,1,...,k-1, or a lone 0 above decimals.
        The delimiter is a tab for .tsv, else the first of `,` `;` tab `|` that occurs
        in the first line; --delimiter overrides. -v prints what was decided.
        """,
        ("headers", "delimiter"),
    ),
    Topic(
        "numbers",
        "What counts as a number, and how numbers are added",
        """
        A number in a text file is an optional sign, ASCII digits with at most one
        dot, and an optional exponent: 1, -0.5, .5, 5., 1e-7. Everything else is an
        error with its file, line and column: nan, inf, NA, empty cells, 1_000,
        percent signs, hexadecimal, and integers that a double cannot hold exactly.
        Nothing is ever silently a number.

        Losses are computed in float64 in forms that do not cancel. Sums are exact: a
        reported mean, sum or standard deviation is the double nearest to the true one
        of the per-sample losses, the same bits for every order of the rows and every
        format.
        An infinite loss (probability 0 for the class that occurred) is a true answer:
        it is reported, counted and located, never clipped.
        """,
        ("number", "sums", "exact", "infinity", "inf", "nan"),
    ),
    Topic(
        "missing",
        "Missing cells",
        """
        An empty cell, NA, null and nan are missing. They stop the run (exit 3) with
        file, line and column. --missing skip drops each row in which any input is
        missing, counts the dropped rows, and writes the choice into the signature.
        """,
        ("na", "null", "empty"),
    ),
    Topic(
        "pairing",
        "Which row belongs to which",
        """
        Without --id rows pair by position, and all sources must have the same number
        of rows. --id COLUMN[,COLUMN...] names the key in every source; repeated, the
        key of each source in order.
        Rows then pair strictly one to one: missing, extra and repeated keys are
        listed and stop the run (exit 3). --unpaired skip scores the common keys and
        counts the rest.
        If both files carry a key-like column of the same name in another order, the
        run stops and proposes --id. Nothing is ever broadcast, cut or filled in.
        """,
        ("id", "ids", "join", "pair", "unpaired", "keys"),
    ),
    Topic(
        "labels",
        "Classes as text",
        """
        Class labels may be text. They are matched to the names of the prediction's
        columns, or to --labels A,B,C, which names the classes in order. In a binary
        loss the second of two labels is the positive class: --labels ham,spam. A
        prediction column named after a class is the probability of that class.
        Nothing is guessed: when it is not clear which class is positive, the error
        prints the option ready to paste.
        hinge and its cousins take 0/1 or -1/+1; the report says which coding was
        found.
        """,
        ("label", "classes", "class", "coding"),
    ),
    Topic(
        "weights",
        "Weights of rows",
        """
        --weight takes a column of the inputs (target first), :COLUMN of the first
        file, or a SOURCE of its own. Weights are at least 0 and sum above 0. A row of
        weight k counts like k rows; a row of weight 0 is absent. The mean is sum(w *
        loss) / sum(w).
        """,
        ("weight", "sample-weight"),
    ),
    Topic(
        "reductions",
        "From rows to one number: --reduction",
        """
        mean, sum, std, min, max are always reported; median and pNN (p95, p99.9) when
        asked.
        The first word of --reduction is the headline: what plain and value print. std
        is the population's (divides by n). Quantiles are the averaged inverted
        distribution function, so that a row of weight k counts like k rows.
        none prints every row's loss instead: row, id, one column per loss.
        A root of a mean (rmse) exists for the whole set only: it has no rows, and
        asking it for them or for a quantile is exit 2.
        """,
        ("reduction", "mean", "median", "quantiles", "std"),
    ),
    Topic(
        "signature",
        "The last line of a report: all that changes its value",
        """
        bce|reduction:mean|weight:no|missing:error|pair:position|n:10|losscli:0.1.0

        The loss with every parameter that differs from its default, the reduction,
        whether rows were weighted, what was done about missing cells, how rows were
        paired, how many were scored, and the version. Two numbers compare when their
        signatures agree.
        """,
        ("signatures",),
    ),
    Topic(
        "exit-codes",
        "What the exit code says",
        """
        0    computed
        1    a requirement was not met; nothing else ever exits 1
        2    wrong call: unknown loss, column or option, bad parameter, output = input
        3    the data cannot be scored: not a number, outside the domain, lengths differ
        4    reading or writing failed: no such file, permission, disk full
        70   a bug of losscli; --debug shows the traceback
        130  interrupted (Ctrl-C)
        141  the reader closed the pipe (silent)
        143  terminated

        A run that fails prints nothing to standard output and overwrites nothing.
        Errors have codes: E1xx the call, E2xx the data, E4xx reading and writing.
        """,
        ("exit", "exit-code", "codes", "status"),
    ),
)
