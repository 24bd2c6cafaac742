"""Plans of a budget: the optimizer works on the response of a fitted model."""
