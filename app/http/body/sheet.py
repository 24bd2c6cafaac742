"""A scenario as parts of a form: the planner's sheet as a file, its name, and its model."""

import base64
from typing import Any

from pydantic import ValidationError

from app.contract.scenarios import MOST_SHEET_BYTES, ScenarioBody
from app.errors import InvalidDocument
from app.http.body.multipart import Part, read_parts
from app.http.body.upload import LONGEST_READ, recipe_in
from app.intake.document import issue_of
from mmm.errors import Issue, pointer
from mmm.tables.formats import media_type_of
from mmm.tables.read import UNDECIDED

PARTS = {"file": MOST_SHEET_BYTES, "name": 1024, "model_id": 1024, "read": LONGEST_READ}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file", "model_id"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "maxLength": MOST_SHEET_BYTES},
        "name": {"type": "string", "maxLength": 200},
        "model_id": {"type": "string", "maxLength": 100},
        "read": {"$ref": "#/components/schemas/Recipe"},
    },
}


def scenario_of_form(content: bytes, content_type: str) -> ScenarioBody:
    """The scenario in a body of parts; raises InvalidRequest and InvalidDocument."""
    parts = read_parts(content, content_type, PARTS)
    missing = [name for name in SCHEMA["required"] if name not in parts]
    if missing:
        issues = (Issue(f"/{name}", "missing", f"the part {name!r} is missing") for name in missing)
        raise InvalidDocument([*issues])
    file = parts["file"]
    kind = media_type_of(file.file_name, file.content) or file.media_type
    words = recipe_in(_text(parts["read"])) if "read" in parts else UNDECIDED
    body = {
        "name": _text(parts["name"]) if "name" in parts else file.file_name[:200],
        "model_id": _text(parts["model_id"]),
        "sheet": {"content": base64.b64encode(file.content), "media_type": kind, "read": words},
    }
    try:
        return ScenarioBody.model_validate(body)
    except ValidationError as error:
        raise InvalidDocument(
            [issue_of(dict(item), pointer(*item["loc"])) for item in error.errors()]
        ) from None


def _text(part: Part) -> str:
    return part.content.decode("utf-8", "replace").strip()
