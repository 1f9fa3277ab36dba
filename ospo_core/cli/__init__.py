"""The command line: `ospo explain`, `ospo compare`, `ospo examples`, `ospo rewards`, `ospo models`, `ospo bench`."""
