"""The envelope: CloudEvents 1.0, structured JSON, with our extension attributes `enteredat`, `homeid`,
`actor` and `contenthash` (EVENTS.md, Envelope). What is in `data` is the business of the topics' modules."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import StringConstraints

from shared.events.fields import Id, InstantText, Part

Data = TypeVar("Data")


class Envelope(Part, Generic[Data]):
    """An event. `time` is when it happened, `enteredat` when it was tapped or typed; `id` is made by the
    device and is the idempotency key."""

    specversion: Literal["1.0"]
    id: Id
    source: Id
    type: Id
    subject: Id
    time: InstantText
    enteredat: InstantText
    homeid: Id
    actor: Id
    datacontenttype: Literal["application/json"] = "application/json"
    data: Data
    contenthash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Put there by the door (EVENTS.md); see `shared.events.contenthash`."""


class AnyEnvelope(Envelope[dict[str, Any]]):
    """The envelope of any type, for its JSON Schema."""
