"""Owen values where there are too many consistent coalitions to enumerate, and the credits that only look alike."""
