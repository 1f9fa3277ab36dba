"""Who did what, and when: ids, names of our own and numbers, never a text."""
