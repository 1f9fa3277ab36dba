"""From a coalition of players to its worth: masking, memo and budget."""
