"""From credit to one advantage per token: pure functions on tensors."""
