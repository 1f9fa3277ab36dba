"""The glossary of arrays: one name per shape, float64 and bool throughout the game theory.

n  players (leaves of the tree)        m  coalitions
b  responses in a reward batch         t  completion tokens, padded to the longest of a group
g  responses of a group (GRPO's G)     k  nodes of the tree

jaxtyping checks these at run time in the tests only; in production they are documentation.
"""

from jaxtyping import Bool, Float64
from numpy import ndarray

Coalitions = Bool[ndarray, "m n"]
"""One coalition a row; True keeps the player."""

Worths = Float64[ndarray, "m"]
"""v(S) for each row of a Coalitions array, in reward units."""

Credit = Float64[ndarray, "n"]
"""One value per player, in reward units."""

Covariance = Float64[ndarray, "n n"]
"""Covariance of the error of a Credit."""

Scores = Float64[ndarray, "b"]
"""What a reward returns for a batch of responses."""
