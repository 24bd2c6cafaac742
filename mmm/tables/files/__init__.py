"""The formats of files, each read into a table of cells with the numbers of its rows."""
