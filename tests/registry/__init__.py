"""Tests of the registry: domains, parameters, formulas, names, the LOSSES grammar."""
