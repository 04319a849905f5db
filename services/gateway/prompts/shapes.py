"""What `GET /prompts` gives. No rule lives here."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.gateway.shapes import Instant


class PromptAnswerShape(BaseModel):
    """The fact that answers a prompt, but for its times: one PUT to `path`."""

    path: str
    type: Literal["cover.proved.v1"]
    subject: str
    data: dict[str, str]


class PromptShape(BaseModel):
    id: Annotated[str, Field(description="Of the fact that answers it: answered twice, it is answered once.")]
    staff_id: str
    role: Annotated[str, Field(description="`waking` or `one_to_one`; of a relief, whose place they take.")]
    placement_id: str | None
    proved_at: Annotated[Instant | None, Field(description="When the worker was last known to be awake.")]
    at: Annotated[Instant, Field(description="When to ask; past: now.")]
    by: Annotated[Instant, Field(description="Answered later, the worker has lapsed meanwhile.")]
    answer: PromptAnswerShape


class Prompts(BaseModel):
    home_id: str
    now: Instant
    prompts: Annotated[list[PromptShape], Field(description="None on a break, or where nobody is needed.")]
