"""The contract of a loss as laws: each is a function that raises `LawError` when a loss does not keep it."""
