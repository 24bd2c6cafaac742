"""The simulated brand of ``serve --demo``: its fitted models as files, and its truth."""
