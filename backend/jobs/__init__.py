"""Training jobs: one process each, durable over the death of anything but the disk (docs/training.md)."""
