"""Arithmetic that the losses share: stable formulas, special functions, and sums without rounding."""
