"""The console's commands, and what they share: files, arguments, options and tables."""
