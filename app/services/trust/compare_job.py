"""A comparison of rivals as a queued operation; the rivals that it fits are kept as models."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.context import Context
from app.contract.trust.compare import CompareBody, ComparisonAnswer, RivalBody
from app.db.models import Document, ModelRow, OperationRow
from app.ids import derived_id
from app.jobs.job import Job, PartialResult, WriteResult
from app.jobs.kinds import COMPARE
from app.jobs.operations import Call
from app.services.catalog import models
from app.services.catalog.finite import finite_document
from app.services.fitting.model_row import StoredFit, model_row, stored_fit
from app.services.trust.queue import queue_test
from app.services.trust.rival_decision import rival_decision
from app.services.trust.task_run import TaskRun
from mmm.errors import ArtefactError, Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel, load_model
from mmm.trust.rivals.answer import ComparedRivals, Comparison
from mmm.trust.rivals.ask import AskedRival, Rival, fits_of, rivals_of
from mmm.trust.rivals.propose import proposed

FIRST = "the model"


def submit(context: Context, body: CompareBody, call: Call) -> OperationRow:
    """Check every rival against the model's data and queue the comparison, at lowest priority.

    Raises NotFound, FirstLookOnly, QueryError, TestRunning and TooManyRequests.
    """
    row = models.find(context, body.model_id)
    models.refuse_first_look(row)
    model = models.fitted(context, row)
    _require_names([FIRST, *map(_name_of, range(len(body.rivals)), body.rivals)])
    fitted = _fitted_rivals(context, model, body)
    rivals = _rivals(model, body)
    if not rivals and not fitted:
        detail = "no rival is proposed for this model: name one"
        raise QueryError([Issue("/rivals", "no_rivals", detail)])
    fits = _fits(model, rivals, len(fitted), body)
    request: dict[str, Any] = {
        "body": body.model_dump(mode="json"),
        "rivals": [{**vars(each), "spec": each.spec.model_dump(mode="json")} for each in rivals],
        "fitted": {name: other.artefact_key for name, other in fitted.items()},
        "model_ids": {FIRST: row.id} | {name: other.id for name, other in fitted.items()},
        "sampling": model.method.sampling.model_dump(mode="json"),
        "dataset_id": row.dataset_id,
        "project": row.project,
        "model_name": row.name,
        "data_key": row.data_key,
    }

    return queue_test(context, COMPARE, row, request, fits, call)


def _rivals(model: FittedModel, body: CompareBody) -> list[Rival]:
    """The rivals to fit; issues have pointers into the body."""
    if not body.rivals:
        return proposed(model)
    places = [k for k, each in enumerate(body.rivals) if each.model_id is None]
    asked = [
        AskedRival(_name_of(k, each), each.edit, each.patch, each.model)
        for k, each in ((k, body.rivals[k]) for k in places)
    ]
    try:
        return rivals_of(model, asked)
    except QueryError as error:
        raise QueryError(_placed(issue, places) for issue in error.issues) from error


def _placed(issue: Issue, places: list[int]) -> Issue:
    """The issue of the k-th rival to fit, with a pointer to its place in the body."""
    _, _, number, *rest = issue.pointer.split("/")
    where = "/".join([pointer("rivals", places[int(number)]), *rest])
    return replace(issue, pointer=where)


def _name_of(place: int, rival: RivalBody) -> str:
    return rival.name or rival.edit or rival.model_id or f"rival {place + 1}"


def _fits(model: FittedModel, rivals: list[Rival], fitted: int, body: CompareBody) -> int:
    """How many fits the comparison counts as; raises QueryError for too few weeks."""
    specs = [each.spec for each in rivals]
    try:
        whole = fits_of(model, specs, body.backtest, body.simulations)
        return whole + fitted * fits_of(model, [], body.backtest, body.simulations)
    except QueryError as error:
        raise QueryError(issue.under("/backtest") for issue in error.issues) from error


def _require_names(names: list[str]) -> None:
    double = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if double is not None:
        detail = f"two models are named {double!r}; give each a name of its own"
        raise QueryError([Issue("/rivals", "same_name", detail)])


def _fitted_rivals(context: Context, model: FittedModel, body: CompareBody) -> dict[str, ModelRow]:
    """Rows of the rivals that are named by id; raises NotFound, and QueryError for other data."""
    found: dict[str, ModelRow] = {}
    issues: list[Issue] = []
    for k, each in enumerate(body.rivals):
        if each.model_id is None:
            continue
        other = models.find(context, each.model_id)
        models.refuse_first_look(other)
        issues += _other_data(model, models.fitted(context, other), pointer("rivals", k))
        found[_name_of(k, each)] = other
    if issues:
        raise QueryError(issues)
    return found


def _other_data(model: FittedModel, other: FittedModel, where: str) -> list[Issue]:
    one, two = model.panel, other.panel
    same = one.weeks == two.weeks and one.geos == two.geos
    if same and (one.array("kpi") == two.array("kpi")).all():
        if other.spec != model.spec:
            return []
        return [Issue(where, "same_model", "it has the same specification as the model")]
    detail = (
        f"it was fitted to other data ({two.weeks[0]} to {two.weeks[-1]}, {len(two.geos)} regions) "
        f"than the model ({one.weeks[0]} to {one.weeks[-1]}, {len(one.geos)} regions)"
        if not same
        else "it was fitted to another KPI than the model, or to other numbers of it"
    )
    return [Issue(where, "other_data", detail)]


@dataclass(frozen=True)
class CompareJob:
    """Handler of operations of kind ``compare``."""

    run: TaskRun

    async def __call__(self, job: Job) -> WriteResult:
        """Fit and backtest in a separate process, which is killed when this call is cancelled."""
        if job.input_key is None:
            raise ArtefactError("The operation has no model.")
        keys = {FIRST: job.input_key, **job.request["fitted"]}

        def finish(answer: Document, folder: Path) -> WriteResult:
            return self._finish(job, keys, answer, folder)

        return await self.run(job, COMPARE, job.request, keys, finish)

    def _finish(
        self, job: Job, keys: Mapping[str, str], answer: Document, folder: Path
    ) -> WriteResult:
        fits = {
            name: stored_fit(self.run.store, folder / file)
            for name, file in answer["files"].items()
        }
        if answer["found"] is None:
            return lambda session: PartialResult({"model_ids": _write(session, job, fits)})
        found = ComparedRivals.model_validate(answer["found"])
        loaded = {name: load_model(self.run.store.path(key)) for name, key in keys.items()}
        fitted = loaded | {name: fit.model for name, fit in fits.items()}
        weeks = job.request["body"]["horizon_weeks"]
        decision = rival_decision(fitted, found.comparison, weeks)
        ids = job.request["model_ids"] | {name: _id(job, name) for name in fits}
        document = finite_document(
            ComparisonAnswer(
                found=found,
                model_ids=ids,
                mix=_mix(found.comparison, ids),
                decision=decision,
                summary=f"{found.comparison.sentence} {decision.sentence}".strip(),
            )
        )

        def write(session: Session) -> Document:
            _write(session, job, fits)
            return {"comparison": document}

        return write


def _id(job: Job, name: str) -> str:
    """Derived from the operation's, so that another attempt writes the same models."""
    names = [rival["name"] for rival in job.request["rivals"]]
    return derived_id("mdl", f"{job.id}-{names.index(name)}")


def _mix(comparison: Comparison, ids: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    return tuple({"model_id": ids[each.name], "weight": each.weight} for each in comparison.weights)


def _write(session: Session, job: Job, fits: Mapping[str, StoredFit]) -> dict[str, str]:
    """Add the row of every rival that was fitted; their ids by name."""
    ids = {name: _id(job, name) for name in fits}
    by_name = {rival["name"]: rival for rival in job.request["rivals"]}
    base = job.request["model_name"]
    for name, fit in fits.items():
        of_rival = {
            **job.request,
            "spec": by_name[name]["spec"],
            "name": f"{base}, {name}"[:100] if base else name[:100],
        }
        made = replace(job, request=of_rival, input_key=job.request["data_key"])
        row = model_row(session, made, fit, ids[name])
        row.operation_id, row.bytes = job.id, fit.bytes
        session.add(row)
    session.flush()
    return ids
