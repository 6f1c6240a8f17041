"""The base of everything that crosses the wire: camelCase outside, snake_case inside."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """An input or output of a procedure.

    Clients see `conversationId` where Python says `conversation_id`. Unknown keys are refused, so
    that a client can never slip in history, tenants or approvals. A field with a default is always
    sent, and the schema says so (`json_schema_serialization_defaults_required`).
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )
