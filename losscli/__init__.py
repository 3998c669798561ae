"""losscli: exact loss values for prediction files, by hand, in pipelines and in CI."""

__version__ = "0.1.0"
