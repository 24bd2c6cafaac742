"""Documents of what was done to a plan because it was asked for: few moves, rounding, and so on."""

from app.contract.plan_details import (
    FewestMovesDocument,
    LeastMovementDocument,
    RoundingDocument,
)
from app.services.planning.responses import AnyResponse
from mmm.plan.of_models import PlanOfModels
from optimizer.adjustments import Adjustments


def fewest_document(
    made: Adjustments, response: AnyResponse | PlanOfModels
) -> FewestMovesDocument | None:
    """How many moves were left out; None where they were not counted."""
    few = made.fewest_moves
    if few is None:
        return None
    return FewestMovesDocument(
        share=few.share,
        kept=few.kept,
        moves=few.moves,
        before=few.before,
        exact=few.exact,
        best_found=response.named(few.spend),
    )


def movement_document(made: Adjustments, response: AnyResponse) -> LeastMovementDocument | None:
    """How little money is moved; None where that was not asked for."""
    little = made.least_movement
    if little is None:
        return None
    return LeastMovementDocument(
        tolerance=little.tolerance,
        kept=little.kept,
        moved=little.moved,
        before=little.before,
        bound=little.bound,
        best_found=response.named(little.spend),
    )


def rounding_document(
    made: Adjustments, response: AnyResponse | PlanOfModels
) -> RoundingDocument | None:
    """What rounding costs; None where it was not asked for."""
    if made.rounding is None:
        return None
    rounding = made.rounding
    return RoundingDocument(
        step=rounding.step, cost=rounding.cost, unrounded=response.named(rounding.spend)
    )
