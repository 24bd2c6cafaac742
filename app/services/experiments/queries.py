"""Questions about the experiments of a stored model."""

from app.context import Context
from app.contract.experiments.next_experiment import NextExperiment
from app.db.models import ModelRow
from app.services.catalog import models
from app.services.experiments.next_experiment import next_experiment
from app.services.experiments.same_money import same_money


def next_experiment_of(
    context: Context, row: ModelRow, weeks: int, *, accept_rejected: bool
) -> NextExperiment:
    """Which channel to test next; raises ModelRejected and the errors of the plan's question."""
    warnings = models.rejection_warnings(row, accept_rejected=accept_rejected)
    model = models.fitted(context, row)
    second = None if row.second_key is None else models.second_fitted(context, row)
    return next_experiment(model, second, same_money(model, weeks), tuple(warnings))
