"""The engine: `evaluate(Request) -> ComputeReport`. It prints nothing and knows no format."""
