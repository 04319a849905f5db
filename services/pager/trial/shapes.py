"""The shapes of tests over HTTP (API.md). Absent rather than null; instants are RFC 3339, lengths ISO 8601."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.pager.trial.book import OnCallTest
from shared.instants import show_duration, show_instant


class TestBody(BaseModel, extra="forbid"):
    """What is tested."""

    __test__ = False

    step: Annotated[int, Field(ge=1, le=1_001, description="That step alone, from 1.")] | None = None


class TryShape(BaseModel):
    """One message of a test."""

    step: int = Field(description="From 1; one more than the policy's last: the last resort.")
    to: str
    channel: str | None = None
    at: str
    sent: bool
    error: str | None = None


class TrialAnswerShape(BaseModel):
    """Somebody's answer."""

    by: str
    at: str
    took: str = Field(description="Since the test began.")


class TestShape(BaseModel):
    """One test of a home's on-call."""

    __test__ = False

    test_id: str
    kind: Literal["asked", "daily"]
    by: str = Field(description="Who asked for it; `wakeful`: the home's daily test.")
    began: str
    ended: str | None = None
    tries: list[TryShape]
    answers: list[TrialAnswerShape]
    silent: list[str] = Field(description="To whom something was sent, and who has not answered.")


class Tests(BaseModel):
    """The newest first."""

    tests: list[TestShape]


def shape_of(test: OnCallTest) -> TestShape:
    """One test of the book."""
    tries = [
        TryShape(
            step=each.step,
            to=each.person_id,
            channel=each.channel,
            at=show_instant(each.at),
            sent=each.sent,
            error=each.error,
        )
        for each in test.tries
    ]
    answers = [
        TrialAnswerShape(by=by, at=show_instant(at), took=show_duration(max(0, at - test.began)))
        for by, at in test.answers
    ]
    answered = {answer.by for answer in answers}
    sent = dict.fromkeys(each.to for each in tries if each.sent)
    return TestShape(
        test_id=test.test_id,
        kind=test.kind,
        by=test.by,
        began=show_instant(test.began),
        ended=None if test.ended is None else show_instant(test.ended),
        tries=tries,
        answers=answers,
        silent=[person for person in sent if person not in answered],
    )
