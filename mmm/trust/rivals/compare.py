"""A comparison of rivals: each is fitted to the same data, and to the past at every origin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from mmm.causal.graph import causal_graph
from mmm.causal.independence_tests import independencies
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.backtest import Backtest
from mmm.posterior.trust.options import BacktestOptions
from mmm.posterior.trust.record import TrustRecord
from mmm.spec.sampling import SamplingSpec
from mmm.trust.part import Work
from mmm.trust.rivals.answer import (
    ComparedModel,
    ComparedRivals,
    ConfusionRow,
    Contradiction,
)
from mmm.trust.rivals.ask import Rival, design_for
from mmm.trust.rivals.differences import compared

type Document = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """Who is told of a comparison, and may end it; ``kept`` and ``keep``: its finished origins."""

    report: Callable[[float], object] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    kept: Mapping[str, Document] = field(default_factory=dict)
    keep: Callable[[str, Document], None] = lambda _key, _piece: None


@dataclass(frozen=True)
class Question:
    """How the models are compared: origins, and data sets simulated at the real design."""

    options: BacktestOptions
    simulations: int = 0

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """The question of a request's body."""
        return cls(BacktestOptions.model_validate(body["backtest"]), body["simulations"])


def fit_rivals(
    model: FittedModel, rivals: Sequence[Rival], sampling: SamplingSpec, told: Told
) -> dict[str, FittedModel]:
    """The rivals fitted to all the data of ``model``, by name; fewer where it was stopped."""
    from mmm.inference.fit import fit

    fitted: dict[str, FittedModel] = {}
    for number, rival in enumerate(rivals):
        if told.stop():
            break
        told.report(number / len(rivals))
        fitted[rival.name] = fit(design_for(model, rival.spec), sampling)
    return fitted


def compare(
    models: Mapping[str, FittedModel],
    rivals: Mapping[str, Rival],
    question: Question,
    told: Told,
) -> ComparedRivals | None:
    """The comparison of ``models``, by name, the first the one that the others are rivals of.

    None where it was stopped before every model had been backtested. ``rivals``: how they differ.
    """
    from mmm.trust.backtest.part import run
    from mmm.trust.rivals.simulate import confusion

    backtests: dict[str, Backtest] = {}
    whole = len(models) * (2 if question.simulations else 1)
    for number, (name, model) in enumerate(models.items()):
        found = run(_work(name, model, told, number / whole, 1.0 / whole), question.options)
        if found is None or told.stop():
            return None
        backtests[name] = found
    rows: tuple[ConfusionRow, ...] = ()
    if question.simulations:

        def tell(share: float) -> bool:
            told.report((1.0 + share) / 2.0)
            return not told.stop()

        sampling = question.options.sampling(0)
        weeks = question.options.longest
        rows = confusion(dict(models), question.simulations, weeks, sampling, tell)
    origins = {name: found.origins for name, found in backtests.items()}
    notes = [f"{name}: {note}" for name, found in backtests.items() for note in found.notes]
    return ComparedRivals(
        models=tuple(
            _model(name, model, rivals.get(name), backtests[name]) for name, model in models.items()
        ),
        comparison=compared(origins, question.options.horizons, question.options.every),
        confusion=rows,
        notes=tuple(notes),
    )


def _work(name: str, model: FittedModel, told: Told, begin: float, part: float) -> Work:
    """The backtest of one model, which is ``part`` of the comparison; its origins are kept under
    the model's name."""

    def report(share: float) -> None:
        told.report(begin + part * share)

    def keep(key: str, piece: Document) -> None:
        told.keep(f"{name}/{key}", piece)

    kept = _of(name, told.kept)
    return Work(model, TrustRecord(), report=report, stop=told.stop, kept=kept, keep=keep)


def _of(name: str, kept: Mapping[str, Document]) -> dict[str, Document]:
    prefix = f"{name}/"
    return {key.removeprefix(prefix): kept[key] for key in kept if key.startswith(prefix)}


def _model(name: str, model: FittedModel, rival: Rival | None, backtest: Backtest) -> ComparedModel:
    tests = independencies(causal_graph(model.spec), model).tests
    return ComparedModel(
        name=name,
        differs=rival.differs if rival else "the model that the others are rivals of",
        because=rival.because if rival else "",
        spec=model.spec.model_dump(mode="json"),
        verdict=model.verdict.status,
        implied=sum(test.p_adjusted is not None for test in tests),
        contradicted=tuple(
            Contradiction(
                first=test.first,
                second=test.second,
                given=test.given,
                p_adjusted=test.p_adjusted,
                remedy=test.if_contradicted,
            )
            for test in tests
            if test.contradicted and test.p_adjusted is not None
        ),
        horizons=backtest.horizons,
    )
