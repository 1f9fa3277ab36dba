"""Text as spans: tokens, words, phrases, clauses, sentences, and the tree they form."""
