"""Fits, refits and simulations: their submission and their jobs."""
