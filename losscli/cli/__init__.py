"""The command line: parses, calls the library, prints. Its boundary is the only place that makes exit
codes."""
