"""The Runs page: what a run measured, what is said of it, and how it is drawn."""
