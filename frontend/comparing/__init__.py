"""What the Compare page is made of: a group under its rules, two results side by side, and where to begin."""
