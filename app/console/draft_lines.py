"""A draft in lines for a terminal: every column with its role, then what is left to decide."""

from collections.abc import Iterator

from mmm.draft.answer import Draft


def draft_lines(draft: Draft) -> Iterator[str]:
    """The columns in the order of the table, the questions and the warnings."""
    for column in draft.columns:
        yield f"- {column.name}: {column.role.replace('_', ' ')}: {column.reason}"
    for question in draft.questions:
        options = f" ({', '.join(question.options)})" if question.options else ""
        chosen = f"; the draft has {question.chosen}" if question.chosen else ""
        yield f"? {question.field}: {question.question}{options}{chosen}"
    for warning in draft.warnings:
        yield f"! {warning}"
