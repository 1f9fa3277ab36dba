"""The Audit page: who did what, for admins."""
