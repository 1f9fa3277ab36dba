"""Rewards: from texts to numbers, batched, without gradient, finite or an error that names the response."""
