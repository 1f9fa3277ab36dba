"""Our speed, cost and accuracy beside those of other ways to the same credit, measured side by side in one run."""
