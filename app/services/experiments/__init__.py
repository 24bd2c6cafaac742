"""Services of experiments: what a test is worth before it is run."""
