"""Figures and progress as the console, the client and the report show them."""
