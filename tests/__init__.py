"""The tests of losscli, a package so that helpers can be imported from their rooms."""
