"""The Train page: presets, settings, price, and the run file they make."""
