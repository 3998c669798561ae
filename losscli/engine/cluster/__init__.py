"""An evaluation by a Dask cluster: the rows in tasks, what they add up to brought together exactly.

`driver` runs here: it plans, hands out `task`s and reports. `slices` says which rows a task reads, `fold`
adds up what tasks found, `connect` is the only place that talks to Dask.
"""

from __future__ import annotations
