"""The figure of a plan that the service answers: today, the moves to make now, the model alone."""

from tests.app.report.stories import brand, usual


def test_the_figure_of_an_allocation_has_its_three_plans() -> None:
    answer = usual().answer
    assert answer.moves is not None
    assert answer.moves.plan is not None
    figure = brand().plot.plan(answer)
    found = {trace.name: dict(zip(trace.y, trace.x, strict=True)) for trace in figure.data}
    assert found == {
        "today": {each.name: each.current for each in answer.plan.channels},
        "plan": {each.name: each.spend for each in answer.moves.plan.channels},
        "the model alone": {each.name: each.spend for each in answer.plan.channels},
    }
