"""A group of responses to one prompt: rewards, GRPO's advantages, token advantages by rule."""
