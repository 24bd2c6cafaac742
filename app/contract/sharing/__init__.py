"""Documents of plans that are shown to people without access, and of the links to them."""
