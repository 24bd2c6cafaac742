"""Links of the OpenAPI document: which calls take the id that an answer holds."""

from typing import Any

type Links = dict[str, Any]


def _links(parameter: str, value: str, *calls: str) -> Links:
    return {call: {"operationId": call, "parameters": {parameter: value}} for call in calls}


_ID = "$response.body#/id"
_OPERATION = _links("operation_id", _ID, "get_operation", "watch_operation", "cancel_operation")
_MODEL = (
    "get_model",
    "get_posterior",
    "get_contributions",
    "get_curves",
    "get_graph",
    "get_report",
    "post_counterfactual",
    "post_allocate",
    "post_evaluate_plan",
    "post_frontier",
    "post_refit",
    "get_stability",
    "delete_model",
)

LINKS: dict[str, dict[str, Links]] = {
    "create_dataset": {"201": _links("dataset_id", _ID, "get_dataset", "delete_dataset")},
    "fit": {"202": _OPERATION},
    "simulate": {"202": _OPERATION},
    "post_frontier": {"202": _OPERATION},
    "post_refit": {"202": _OPERATION},
    "create_project": {
        "201": _links(
            "project_id", _ID, "get_project", "promote_model", "adopt_plan", "delete_project"
        )
    },
    "post_allocate": {"202": _OPERATION},
    "get_operation": {"200": _links("model_id", "$response.body#/result/model_id", *_MODEL)},
    "list_models": {"200": _links("model_id", "$response.body#/items/0/id", *_MODEL)},
    "register_lift_tests": {
        "201": _links("test_id", "$response.body#/items/0/id", "get_lift_test", "delete_lift_test")
    },
    "save_scenario": {
        "201": _links("scenario_id", _ID, "get_scenario", "export_scenario", "delete_scenario")
    },
}
"""By call and status."""
