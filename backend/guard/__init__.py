"""The one layer that every request passes before anything else sees it."""
