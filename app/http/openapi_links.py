"""Links of the OpenAPI document: which operations take the id that a response contains.

The response of a creating call contains the new id, a list the id of its newest item; both link to
the operations that take this id.
"""

from typing import Any

type Links = dict[str, Any]

_ID, _FIRST = "$response.body#/id", "$response.body#/items/0/id"

_OPERATIONS_TAKING: dict[str, tuple[str, ...]] = {
    "dataset_id": ("get_dataset", "draft_model", "delete_dataset"),
    "test_id": ("get_lift_test", "delete_lift_test"),
    "operation_id": ("get_operation", "watch_operation", "cancel_operation", "stop_operation"),
    "model_id": (
        "get_model",
        "get_posterior",
        "get_contributions",
        "get_curves",
        "get_weeks",
        "get_truth",
        "get_graph",
        "get_report",
        "post_counterfactual",
        "post_allocate",
        "post_evaluate_plan",
        "post_plan_odds",
        "post_frontier",
        "get_next_experiment",
        "post_refit",
        "get_stability",
        "post_trust",
        "get_trust",
        "get_why",
        "delete_model",
    ),
    "experiment_id": (
        "get_experiment",
        "start_experiment",
        "read_running_experiment",
        "use_experiment",
        "delete_experiment",
    ),
    "scenario_id": (
        "get_scenario",
        "export_scenario",
        "share_scenario",
        "list_shares",
        "delete_scenario",
    ),
    "project_id": (
        "get_project",
        "change_project",
        "promote_model",
        "list_promotions",
        "adopt_plan",
        "list_plans",
        "post_actuals",
        "list_actuals",
        "get_plan_versus_actual",
        "get_promises",
        "delete_project",
    ),
    "key_id": ("get_key",),
}
"""Operations by the name of the id in their paths. Revoking a key is left out: tools that follow
links expect a DELETE to remove its resource, but a revoked key can still be read.
"""


def _links(parameter: str, value: str) -> Links:
    return {
        operation: {"operationId": operation, "parameters": {parameter: value}}
        for operation in _OPERATIONS_TAKING[parameter]
    }


_QUEUED = {"202": _links("operation_id", _ID)}

LINKS: dict[str, dict[str, Links]] = {
    "create_dataset": {"201": _links("dataset_id", _ID)},
    "list_datasets": {"200": _links("dataset_id", _FIRST)},
    "register_lift_tests": {"201": _links("test_id", _FIRST)},
    "list_lift_tests": {"200": _links("test_id", _FIRST)},
    "fit": _QUEUED,
    "simulate": _QUEUED,
    "post_refit": _QUEUED,
    "post_trust": _QUEUED,
    "post_compare": _QUEUED,
    "post_allocate": _QUEUED,
    "post_frontier": _QUEUED,
    "design_experiment": _QUEUED,
    "create_experiment": {"201": _links("experiment_id", _ID)},
    "list_experiments": {"200": _links("experiment_id", _FIRST)},
    "list_operations": {"200": _links("operation_id", _FIRST)},
    "get_operation": {"200": _links("model_id", "$response.body#/result/model_id")},
    "list_models": {"200": _links("model_id", _FIRST)},
    "save_scenario": {"201": _links("scenario_id", _ID)},
    "list_scenarios": {"200": _links("scenario_id", _FIRST)},
    "create_project": {"201": _links("project_id", _ID)},
    "list_projects": {"200": _links("project_id", _FIRST)},
    "create_key": {"201": _links("key_id", _ID)},
    "list_keys": {"200": _links("key_id", _FIRST)},
}
"""Links by operation and status."""
