"""Access control: turns a credential into a Caller, or refuses it."""
