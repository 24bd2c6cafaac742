"""Documents of experiments: what a test is worth, its design and its reading."""
