"""What a plan adds to leverset's errors."""

from __future__ import annotations

from leverset.errors import LeversetError
from leverset.plan._model import Problem


class PlanError(LeversetError):
    """A plan cannot be read or has problems; nothing of it was sent. `problems` holds every one that was found."""

    def __init__(self, summary: str, *, reference: str, fix: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(summary, reference=reference, fix=fix)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])


class JournalError(LeversetError):
    """A journal is not this plan's, is in use, is damaged, or cannot be written."""
