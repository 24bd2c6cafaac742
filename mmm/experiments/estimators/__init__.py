"""Estimators of what the treated geos would have sold, and how their predictions are combined."""
