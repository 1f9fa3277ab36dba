"""OSPO on top of TRL: token credit of completions, redistributed over the tokens of a policy that is being trained."""
