"""Exact solution concepts on a level structure: Owen, Winter and Shapley values in one formula."""
