"""What the command line shares: files in and out, arguments to requests, tables, progress bars."""
