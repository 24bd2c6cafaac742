"""A draft in the making: the roles given so far, and the parts of the model."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mmm.draft.answer import ColumnRole, Draft, Question, Role
from mmm.draft.columns import Series, Table


@dataclass
class Sketch:
    """What the steps of a draft add to, one after the other: a column has the first role given."""

    table: Table
    model: dict[str, object] = field(default_factory=dict)
    roles: dict[str, ColumnRole] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def give(self, name: str, role: Role, reason: str) -> None:
        """Give the column its role."""
        self.roles[name] = ColumnRole(name=name, role=role, reason=reason)

    def take_back(self, name: str, reason: str) -> None:
        """The column is not used after all."""
        self.give(name, "not_used", reason)

    def ask(self, at: str, question: str, options: tuple[str, ...], chosen: str | None) -> None:
        """Add a question about the field at the JSON pointer ``at``."""
        self.questions.append(Question(field=at, question=question, options=options, chosen=chosen))

    @property
    def open_numbers(self) -> Iterator[Series]:
        """Numeric columns without a role, in the order of the table."""
        return (each for name, each in self.table.numbers.items() if name not in self.roles)

    def named(self, role: Role) -> list[str]:
        """The columns of ``role``, in the order of the table."""
        return [n for n in self.table.names if n in self.roles and self.roles[n].role == role]

    def finished(self) -> Draft:
        """The draft, with every column of the table."""
        return Draft(
            model=self.model,
            columns=tuple(self.roles[name] for name in self.table.names),
            questions=tuple(self.questions),
            warnings=tuple(self.warnings),
        )
