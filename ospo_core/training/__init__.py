"""Training with token credit: one process a run, described by a file (docs/training.md). Knows no service."""
