"""Rewards as the service offers them: which may be asked for, built once, and left at once when nobody waits."""
