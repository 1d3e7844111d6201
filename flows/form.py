"""The forms that Prefect's UIs draw for the parameters of the flows.

A UI draws what the definitions of a deployment's parameter schema say, and the server holds values against the schema.
Here these two differ. What is drawn has an order, closed sections and names to choose from, and says what may be left
empty. What values have to be is what the model says: they may leave out what has a default, and hold an expression
where names are offered. That is a schema of its own (`$id`) inside the other, with its own definitions, so that one
reference means the drawn definition to a UI, which looks for it at the top, and the other to the server.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Annotated, Any, TypeVar

from prefect import Flow
from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from al_core.config import INITIALISATION_NAMES
from al_core.estimators import CLASSIFIER_NAMES
from al_core.strategies import STRATEGIES

Schema = dict[str, Any]
F = TypeVar("F", bound=Flow[..., Any])

OFFERED = {
    "strategies": sorted(STRATEGIES),
    "classifier.name": list(CLASSIFIER_NAMES),
    "seed_set.initialisation": list(INITIALISATION_NAMES),
    "committee.classifiers": list(CLASSIFIER_NAMES),
}
"""The names that a setting offers; it takes what is not in the list as well."""
BESIDE_THE_LIST = "For what is not in the list, `Use JSON input` in this setting's menu."
OPEN = {"data"}
"""The sections that are not closed at first."""


def form(**parameters: Schema) -> Callable[[F], F]:
    """Say how the form of a flow shows its parameters: by title, position and the like; configurations are drawn."""

    def shown(flow: F) -> F:
        sign = signature(flow.fn)
        changed = [_shown(one, parameters.get(one.name, {})) for one in sign.parameters.values()]
        flow.__signature__ = sign.replace(parameters=changed)  # type: ignore[attr-defined]
        return flow

    return shown


def _shown(parameter: Parameter, how: Schema) -> Parameter:
    annotation = parameter.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        annotation, how = Annotated[annotation, Drawn(annotation)], {"default": {}} | how
    return parameter.replace(annotation=annotation, default=Field(parameter.default, json_schema_extra=how))


class Drawn:
    """Annotates a model that is a parameter: its definition is what a form draws; inside is what values have to be."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        reference = handler(core)
        values = inlined(self.model.model_json_schema())
        definition = handler.resolve_ref_schema(reference)
        definition.clear()
        definition.update(drawn(values))
        return {
            "type": "object",
            "allOf": [{"$id": "values", **reference, "definitions": {self.model.__name__: values}}],
        }


def inlined(schema: Schema) -> Schema:
    """Return a schema with its definitions in the places that refer to them.

    >>> inlined({"$defs": {"A": {"type": "string"}}, "items": {"$ref": "#/$defs/A", "title": "One"}})
    {'items': {'type': 'string', 'title': 'One'}}
    """
    definitions = schema.get("$defs", {})

    def inside(node: Any) -> Any:
        if isinstance(node, list):
            return [inside(one) for one in node]
        if not isinstance(node, dict):
            return node
        referred = definitions[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else {}
        node = {name: one for name, one in node.items() if name not in ("$ref", "$defs")}
        return {name: inside(one) for name, one in (referred | node).items()}

    whole: Schema = inside(schema)
    return whole


def drawn(schema: Schema, at: str = "") -> Schema:
    """Return what a form draws for the settings of a model: in this order, marked where they may be left empty."""
    settings = schema["properties"]
    properties = {
        name: _setting(one, f"{at}{name}") | {"position": n} for n, (name, one) in enumerate(settings.items())
    }
    needed = [name for name, one in settings.items() if one.get("default", "") is not None]
    return {name: schema[name] for name in ("title", "description")} | {
        "type": "object", "properties": properties, "required": needed
    }  # fmt: skip


def _setting(schema: Schema, at: str) -> Schema:
    if "properties" in schema:
        return drawn(schema, f"{at}.") if at in OPEN else _closed(drawn(schema, f"{at}."))
    one = _that_may_be_empty(schema)
    about = [one["description"], _bounds(one), BESIDE_THE_LIST if at in OFFERED else ""]
    return one | _choice(one, OFFERED.get(at)) | {"description": " ".join(filter(None, about))}


def _closed(section: Schema) -> Schema:
    """Return a section that shows nothing until one asks for it, and that keeps its defaults until then."""
    about = {name: section.pop(name) for name in ("title", "description")}
    usual = {"title": "As usual", "type": "object", "properties": {}}
    return about | {"anyOf": [usual, section | {"title": "Change"}]}


def _that_may_be_empty(schema: Schema) -> Schema:
    """Return a setting without the null that it may be: an empty field is left out, and so means the same."""
    others = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if not others:
        return schema
    one = others[0] | {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return (
        {name: value for name, value in one.items() if name != "type"} | {"enum": [True, False]}
        if one["type"] == "boolean"
        else one
    )


def _choice(schema: Schema, names: list[str] | None) -> Schema:
    """Return what makes a setting a list to choose from."""
    if not names:
        return {}
    return {"items": {"type": "string", "enum": names}} if schema["type"] == "array" else {"enum": names}


def _bounds(schema: Schema) -> str:
    """Say what a number may be.

    >>> _bounds({"minimum": 0, "maximum": 1000}), _bounds({"minimum": 1}), _bounds({"exclusiveMinimum": 0})
    ('From 0 to 1000.', 'At least 1.', 'More than 0.')
    """
    low, high, above = (schema.get(name) for name in ("minimum", "maximum", "exclusiveMinimum"))
    below = schema.get("exclusiveMaximum")
    if low is not None:
        return f"From {low} to {high}." if high is not None else f"At least {low}."
    return f"Between {above} and {below}." if below is not None else f"More than {above}." if above is not None else ""
