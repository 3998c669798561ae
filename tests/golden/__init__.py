"""Values that other libraries computed, and the scripts that ask them again, which never import losscli."""
