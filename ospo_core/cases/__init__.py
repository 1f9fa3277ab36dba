"""Bundled cases: invented prompts with a group of responses, a reward, and what to look for. Imported by no engine."""
