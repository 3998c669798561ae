"""Each analysis is a function to a record: the list of losses, explanations, the trace of one sample."""
