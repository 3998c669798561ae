"""How sure a number is: intervals of means and differences, tests of paired differences, and how many rows
would show a difference."""
