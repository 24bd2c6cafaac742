"""Rival models of the same data: edits of a specification, their scores, and what they change."""
