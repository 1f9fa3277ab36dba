"""Turns the documents of docs/result.md into an HTML file, a terminal view and a notebook view. Computes no credit."""
