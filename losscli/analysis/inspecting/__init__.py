"""What two files hold, what is wrong with them, and which losses fit: one pass over the rows, exact sums, a
bounded sample for what needs pairs of rows.

`look` opens and reads, `profile` and `sample` keep what was seen, `kinds` names it, `shifts` and `orders`
decide about rows and columns at a stated false-alarm level, `faults` and `pair_faults` find what is wrong,
`residuals`, `advice` and `values` say which losses fit. `inspection` brings them together.
"""
