"""Benchmarks: whole runs through the real engine against the simulated Wildberries, and what they cost."""
