"""The name of the setting for the folder of compiled model code.

It stands by itself, so that a service can pass it on without importing the libraries that compile.
"""

CODE_DIR = "PRUDENT_CODE_DIR"
"""Environment variable that names the folder; any number of processes may share it."""
