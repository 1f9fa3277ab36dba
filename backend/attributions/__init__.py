"""The credit of one response, and what edits of it really change."""
