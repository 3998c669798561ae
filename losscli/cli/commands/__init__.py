"""One file per command: its options, its two examples, and the call of the library that it makes."""
