"""A run: one request worked on, an attribution or a group. What both have in common."""
