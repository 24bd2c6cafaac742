"""Access control: credentials in, a Caller out, or a refusal."""
