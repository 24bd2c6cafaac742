"""A stricter route: only documented query parameters and media types."""

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from starlette.responses import Response

from app.errors import InvalidRequest, UnsupportedMediaType
from app.http.body.multipart import FORM
from app.http.body.route import BodyRoute, Endpoint
from mmm.errors import Issue, pointer
from mmm.tables.formats import JSON, bare


class StrictRoute(BodyRoute):
    """Refuses unknown query parameters and unsupported media types before anything else runs."""

    def get_route_handler(self) -> Endpoint:
        """The framework's handler, preceded by the checks."""
        handle = super().get_route_handler()
        known = _query_parameters(self.dependant)
        takes_json = self.body_field is not None
        takes_form = "takes_form" in self.endpoint.__dict__

        async def handle_strictly(request: Request) -> Response:
            _refuse_unknown(request, known)
            if takes_json:
                _require_json(request, or_form=takes_form)
            return await handle(request)

        return handle_strictly


def _query_parameters(dependant: Dependant) -> set[str]:
    fields = (field for field in get_flat_params(dependant) if isinstance(field.field_info, Query))
    return {field.alias for field in fields}


def _refuse_unknown(request: Request, known: set[str]) -> None:
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        expected = ", ".join(sorted(known)) or "none"
        raise InvalidRequest(
            Issue(
                pointer(name),
                "unknown_parameter",
                f"there is no query parameter {name!r}; allowed: {expected}",
            )
            for name in unknown
        )


def _require_json(request: Request, *, or_form: bool) -> None:
    given = bare(request.headers.get("content-type", ""))
    known = (JSON, FORM) if or_form else (JSON,)
    if given not in known:
        expected = " or ".join(known)
        raise UnsupportedMediaType(
            f"The body must be sent as {expected}, not {given or 'without a Content-Type'!r}."
        )
