"""Pictures: a module for each kind makes a record of what is drawn; a terminal or matplotlib draws it."""
