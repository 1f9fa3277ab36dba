"""Two results held against each other."""
