"""Revisions of the schema up to the keys of a base."""
