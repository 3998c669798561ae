"""What a person has to know about a cluster: what is sent where, and what a large run takes."""

from __future__ import annotations

from losscli.analysis.topic import Topic

ENGINE = Topic(
    "engine",
    "--engine dask: many machines, the same bytes",
    """
    on this machine, in processes:  losscli compute bce y/ p/ --engine dask --jobs 8
    on a cluster:  ... --engine dask --scheduler tcp://HOST:8786

    It needs `pip install 'losscli[dask]'` here, and this version of losscli on
    every worker. Workers read the sources themselves: paths on a shared file
    system, or URIs. The report is that of --engine local to the last byte, and
    so are errors. Tasks are part files, small ones together: 32 to 256 MB each,
    at most 20,000. Parts of two inputs that hold the same rows pair at once;
    others are counted first. A single file is one task. Not on Dask: losses of a
    whole set or list, all rows (--per-sample, --reduction none), quantiles of
    segments, arrays, standard input.
    --id: Dask's shuffle brings equal keys together, each worker joins its share.
    A petabyte, planned: 10^15 bytes of CSV, 10 bytes a row in two inputs = 10^14
    rows.
    tasks    20,000 of 50 GB; about 150 ns a row and core (one label, one
             probability): 12 minutes a task, 4,000 core hours, 4 hours on 1,000
             cores, which read 68 GB a second together. Each task lists the
             folders: write parts of 100 MB and more.
    moved    to a worker 1 kB a task and 0.1 kB a part; back 7 kB a loss, exact
             sums and the few rows that are shown: 140 MB; adding them takes here
             2 ms each, 40 s. Rows never move.
    memory   a worker: some blocks, as --engine local; here: the states of all
             tasks until the last one, some 20 kB each: 400 MB.
    again    a quantile, the median that mae is compared with and its loss need
             further looks at all rows, each as long as the first: 2 or 3 at 10^9
             rows, about 7 at 10^14. `-f value` and `-f plain` ask for no best
             constant: one look.
    --id     every row moves once, with its key, 8 bytes a number and 20 of its
             place, and lies on the workers' disks: 10^9 rows in two inputs take
             some 90 GB. A share is 64 MB of the sources while there are fewer
             than 20,000, and a worker needs several times that in memory.
    retried  the task of a worker that died, by another: at most 12 minutes are
             lost, no digit changes. A dead worker during --id starts the shuffle
             again.
    ends     with 4: a task that killed four workers (memory?), no worker for a
             minute, a scheduler that is gone (nothing is kept), a part that
             changed. With 3: the first fault in the order of the rows, counted
             over all.
    Workers of your own run faster with MALLOC_TRIM_THRESHOLD_ left out of Dask's
    nanny environment, and without its profiler.
    """,
    ("dask", "cluster", "scheduler", "distributed", "petabyte"),
)
