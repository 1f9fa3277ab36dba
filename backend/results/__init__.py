"""The history: runs of either kind in pages, their tags, their export, and how to get rid of them."""
