"""Trust on demand: tests of stored models, as operations of several fits."""
