"""Parts that several pages draw: a sentence as title, tables, names of stored runs, times. Text is always escaped."""
