"""What callers send: read within bounds of bytes, memory and time, large bodies apart."""
