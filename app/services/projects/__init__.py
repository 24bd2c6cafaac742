"""Projects with their champions, plans of record, actuals and scenarios."""
