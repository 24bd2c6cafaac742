"""What an allocation reports about its plan: comparisons, shadow prices, stability, information."""
