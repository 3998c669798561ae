"""Where rows come from: one file per format, each a `Source` that yields the asked columns in blocks and
drops nothing."""
