"""The service: HTTP, a bounded queue and a store around `ospo_core`, which knows nothing of it."""
