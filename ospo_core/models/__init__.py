"""Models: where they lie, which processor they run on, and what they make of texts."""
