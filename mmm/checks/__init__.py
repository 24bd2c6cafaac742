"""The checks behind the verdict on a fit: residuals, prior, predictive draws, lift tests."""
