"""The topics of `losscli explain`: what a person has to know once, in a screen each."""

from __future__ import annotations

from losscli.analysis.topic import Topic
from losscli.analysis.topic_baseline import BASELINE
from losscli.analysis.topic_choice import CHOICE
from losscli.analysis.topic_ci import CI
from losscli.analysis.topic_compare import COMPARE
from losscli.analysis.topic_config import CONFIG
from losscli.analysis.topic_cost import COST
from losscli.analysis.topic_engine import ENGINE
from losscli.analysis.topic_information import INFORMATION
from losscli.analysis.topic_inspect import INSPECT
from losscli.analysis.topic_likelihood import LIKELIHOOD
from losscli.analysis.topic_parts import PARTS
from losscli.analysis.topic_plot import PLOT
from losscli.analysis.topic_reconcile import RECONCILE
from losscli.analysis.topic_remote import REMOTE
from losscli.analysis.topic_shell import SHELL
from losscli.analysis.topic_sits import SITS
from losscli.analysis.topic_typed import TYPED

TOPICS = (
    CHOICE,
    INFORMATION,
    LIKELIHOOD,
    COST,
    Topic(
        "names",
        "How losses are named: NAME[:PARAM=VALUE...], several with commas",
        """
        losscli compute mse,huber:delta=50 sample_data/diabetes.csv:target :prediction
        losscli compute multi_quantile:tau=0.1,0.5,0.9 sample_data/demand.csv:sold \\
          :q10,q50,q90

        A loss has one short name (bce), a title and aliases. Upper and lower case,
        `-` and `_` make no difference. A parameter stands behind the name:
        huber:delta=0.5. It answers to the frameworks' names for it as well, where
        meaning and scale are the same. Some parameters take several numbers, such as
        levels of quantiles, or a weight for each class: weight=1,2,1.
        A comma that a digit, a sign or a dot follows continues a value; any other
        comma starts the next loss. Several losses read the data once; they must take
        the same inputs.
        The default of every parameter gives the plain formula: no clip, no constant,
        no smoothing. A framework's own number: `losscli explain frameworks`.
        What a report prints as a loss is valid input again. `losscli list` prints
        all; `losscli explain bce` explains one.
        """,
        ("name", "parameters", "specs", "naming"),
    ),
    Topic(
        "frameworks",
        "The number that torch, Keras, scikit-learn or another one prints",
        """
        losscli compute bce sample_data/saturated.csv:y :p
        losscli compute bce,bce:as=torch,bce:as=keras sample_data/saturated.csv:y :p
        losscli compute bce,brier --as sklearn sample_data/saturated.csv:y :p
        losscli compute torch.BCELoss,keras.mse sample_data/saturated.csv:y :p

        A loss by itself is the plain formula. A framework may clip, drop or add a
        constant, add up where we average, divide a weighted sum by the number of
        rows, or count in single precision. Then the report says so by itself: which
        framework prints which other number for these rows, on how many of them it
        differs and where the first is (in JSON: `elsewhere`).
        :as=FRAMEWORK is a parameter of every loss and gives that number; --as gives
        it for all losses of the call. A framework with several functions for one loss
        names them apart: bce:as=lightgbm.cross_entropy. One that lacks the loss is
        exit 2.
        FRAMEWORK.NAME means that function, with its own convention: torch.BCELoss is
        bce:as=torch. NAME alone is enough where it means one loss, or where the number
        of columns decides (log_loss); it is then our loss, without the framework's
        clip. Where the values differ (poisson, hinge_loss), the error lists what to
        type.
        Keras computes in single precision, about seven digits: :as=keras rounds the
        inputs as it does and clips there, then goes on in double precision. The two
        agree to a millionth; a difference below that is not reported.
        `losscli list --framework keras` prints what it has, in brackets where its
        number is another one; `losscli explain bce` says when and why.
        """,
        ("framework", "as", "conventions", "convention", "elsewhere"),
    ),
    Topic(
        "sources",
        "How inputs are named: PATH[:COLUMNS]",
        """
        one column each, two columns of one file, several columns, standard input:
        losscli compute bce sample_data/y.csv sample_data/p.csv
        losscli compute mse sample_data/diabetes.csv:target :prediction
        losscli compute sparse_softmax_ce sample_data/iris_logits.csv:species \\
          :setosa..virginica
        cat sample_data/price.csv | losscli compute mae -:target :prediction

        PATH is a file, `-` for standard input, a folder or quoted glob of part files
        (`losscli explain parts`), or a URI (`losscli explain remote`). If the whole
        argument is an existing file, it is the path; otherwise the last `:` after the
        last `/` splits. `:COLUMNS` alone means the path of the source before it.
        COLUMNS are names `a,b`, a range `p0..p9`, a glob `p_*` (quote it for the
        shell), or positions `@2`, `@2..@11`, `@2..`. A name that holds `,` or `:` is
        selected by @N.
        Without COLUMNS every column counts but those of --id. Sources come in the
        order of the loss's inputs, the target first; more about these:
        `losscli explain inputs`.
        """,
        ("source", "columns", "files"),
    ),
    PARTS,
    Topic(
        "inputs",
        "Losses of more than a target and a prediction: roles, groups, histories",
        """
        losscli compute gaussian_nll sample_data/demand.csv:sold :forecast :variance
        losscli compute gaussian_nll sample_data/demand.csv:sold \\
          variance=:variance mean=:forecast
        losscli compute mase:m=4 sample_data/demand.csv:sold :forecast \\
          train=sample_data/demand_history.csv:sold --group shop
        losscli compute listnet sample_data/searches.csv:relevance :score --group query

        Sources are dealt to the inputs in order. ROLE=SOURCE names the input instead,
        in any order; `losscli explain gaussian_nll` lists a loss's roles. One source
        with as many columns as the loss has inputs gives one to each:
        demand.csv:sold,forecast,variance.
        An input that does not pair by row, the history that scales an error, is given
        by its role only (train=SOURCE) and may have any length.
        --group says what each row belongs to: a column, :COLUMN, or a source. A
        ranking loss takes each group as one list, with one number a list; without
        --group a column is one list, and a row of several columns is one. A scaled
        error takes each group's own history: the other file has a column of the same
        name. A loss that compares rows with each other (ntxent) stays within groups.
        Rows of a group need not stand together. Lists have no --weight of rows.
        A loss of vectors takes several columns as one row, or one column as one row
        read downwards; the signature then says vector:downward.
        A row may be a matrix: a .npy of three or more axes, the first of which is the
        row, is given whole, without COLUMNS: `losscli compute ctc y.npy x.npy`.
        """,
        ("input", "role", "roles", "group", "groups", "series", "history", "vectors", "matrix"),
    ),
    Topic(
        "formats",
        "Formats of inputs and outputs",
        """
        Inputs: csv, tsv, json, ndjson (jsonl), npy; each also as .gz .bz2 .zst .lz4.
        Typed columns with names: parquet (pq), arrow, feather, npz; see
        `losscli explain typed`. An array may have more than two axes; the first is
        the row.
        The suffix decides, or --input-format. Without a known suffix a text is JSON
        when its first character is [ or {, else CSV. Content that contradicts the
        suffix is an error.

        Outputs (--format): auto, table, plain, value, json, ndjson, csv, tsv,
        markdown, latex; of compute, check and merge github-benchmark, of check junit
        and github (`losscli explain ci`).
        auto is table on a terminal and plain otherwise. plain prints `loss reduction
        value`, tab-separated; value prints the bare number.
        Machine formats (plain, value, json, ndjson, csv, tsv) never round, cut or
        colour: their digits are the shortest that read back as the same double.
        People's formats print 4 significant digits, or --precision. A number that is
        not finite is null in JSON, with its status beside it.
        -o PATH writes the report to a file as well, its suffix decides how;
        --per-sample PATH writes the loss of every row; as .parquet or .arrow with the
        signatures in the schema's metadata (key losscli). Files are replaced as a whole
        or not at all.
        """,
        ("format", "output", "outputs", "json", "csv"),
    ),
    COMPARE,
    PLOT,
    TYPED,
    SHELL,
    REMOTE,
    ENGINE,
    INSPECT,
    RECONCILE,
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
        it is reported, counted and located. Nothing is clipped unless :eps= or :as=
        asks for it.
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
        Files whose rows come in the same order are paired as they are read. From the
        first difference on the rows wait for their partners: 128 MB of them in memory,
        more on the disk, in nameless files in TMPDIR (64 bytes a row with one number
        in each file and whole numbers as keys) that are gone when the run ends.
        If both files carry a key-like column of the same name in another order, the
        run stops and proposes --id. Nothing is ever broadcast, cut or filled in.
        """,
        ("id", "ids", "join", "pair", "unpaired", "keys"),
    ),
    Topic(
        "check",
        "Requirements: --max, --min, --equals",
        """
        losscli check bce sample_data/y.csv sample_data/p.csv --max 0.3 --min n=10
        losscli check mse,mae sample_data/diabetes.csv:target :prediction \\
          --max mse=3000 --max mae/p95=120 --min skill=0.3
        losscli check mse sample_data/demand.csv:sold :forecast --by shop \\
          --max mse@north=50 --max 30

        A requirement states what passes: V for the only loss, or TERM=V. TERM is a
        loss that is computed (bce, huber:delta=0.5), LOSS/STAT, or STAT alone for
        every loss; STAT is mean, sum, std, min, max, median, pNN, skill (against the
        best constant prediction), n (the rows that were scored) or coverage (their
        share of all rows). With --by COLUMN a term ends in @SEGMENT for one segment.
        --equals allows --rtol, 1e-9 unless given, and --atol.
        Numbers compare unrounded and print with enough digits to differ from the
        limit. The exit code is 0 when all are met and 1 when one is not; nothing else
        exits 1. nan meets no requirement, nor does a number that the data does not
        give. A limit that is not finite, or a name that is not computed, is a wrong
        call (exit 2); data that cannot be scored is exit 3 and no verdict.
        A requirement that is not met names where its worst rows stand, in JSON as
        `worst`; in a pipeline: `losscli explain ci`.
        Against an earlier run: `losscli explain baseline`.
        """,
        ("requirements", "requirement", "gate", "limit", "threshold"),
    ),
    BASELINE,
    CONFIG,
    CI,
    Topic(
        "states",
        "Parts of a set: --state and merge",
        """
        losscli merge sample_data/rmse_1.json sample_data/rmse_2.json

        A set that lies on several machines, or comes day by day, is computed part by
        part: `losscli compute rmse day1.csv:y :p --state day1.json` writes what the
        rows of that part add up to: exact integers, the facts that all parts must
        share, and the few rows that a report shows; some kilobytes, whatever the
        number of rows. `merge` adds the states: every number is the one of a single
        run over all rows, to the last bit. Parts are given in the order of their rows,
        which decides row numbers and nothing else.
        All parts need the same losses, columns, options and version of losscli, and
        each counts once; anything else stops with exit 2 or 3.
        What needs every value is left out or refused: quantiles, losses that see all
        rows at once, what the top 1 % of rows carry, and a best constant without a
        closed form, such as the median.
        Keys that stand in two parts cannot be seen: cut a set by its keys.
        """,
        ("state", "merge", "shards", "shard"),
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
        loss) / sum(w); a framework that divides by the number of rows instead is
        named in the report. A weight for each class is a parameter of the losses that
        have one: sparse_softmax_ce:weight=1,2,1.
        """,
        ("weight", "sample-weight"),
    ),
    Topic(
        "segments",
        "Which rows carry the loss: --by COLUMN",
        """
        losscli compute mae sample_data/demand.csv:sold :forecast --by shop
        losscli compute mae,rmse sample_data/demand.csv:sold :forecast --by shop -f csv

        --by takes a column of the inputs (target first), :COLUMN of the first file, or
        a SOURCE of its own. The rows of each text in it are a segment, which has the
        numbers of a run over its rows alone: 01 and 1 are two segments. An empty cell
        is an error; --missing skip leaves the row out. A segment without a row that
        counts does not appear.
        The table shows the largest share first: `share` is what the segment carries of
        the whole loss, `of rows` (of weight) how much of the data it is. Both add up
        to 1: sums are exact, so nothing is lost between the segments. Scores where
        higher is better, a whole that is infinite or not above 0, and losses that see
        all rows at once (median_ae) have no shares.
        plain calls the segment eu of bce bce@eu; csv, tsv and ndjson have a column
        segment, empty for the whole; in JSON each result has a list `segments`. There
        segments are sorted by their text, character by character: 10 before 9.
        A segment has no quantile and no best constant. With --group every group must
        lie in one segment. More than 1,000 segments need memory of their own, some
        kilobytes each, which a warning (W108) says.
        """,
        ("segment", "by", "slices", "slice", "subgroups"),
    ),
    SITS,
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
        A root of a mean (rmse) exists for the whole set only: a quantile of it is
        exit 2, and its rows are those of the mean, named so: mse. A loss of lists has
        one number a list, and its row is the list's first.
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
        paired and grouped, how many were scored, and the version. Two numbers compare
        when their signatures agree.
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

        A run that fails prints nothing to standard output and overwrites nothing but a
        JUnit file that was asked for, which then holds the error.
        Errors have codes: E1xx the call, E2xx the data, E4xx reading and writing.
        """,
        ("exit", "exit-code", "codes", "status"),
    ),
)
