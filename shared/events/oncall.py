"""The on-call part of `wakeful.plan-changes`: the paging chain, rotas and what overrides them, silences."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.events.fields import (
    LIST_LENGTH,
    DurationText,
    FreeText,
    Id,
    InstantText,
    LocalTime,
    Part,
    SomeDuration,
    Weekday,
    wrong,
)
from shared.events.planparts import repeated


class Step(Part):
    """Whom to tell, how long after the step before."""

    after: DurationText
    who: Annotated[list[Id], Field(min_length=1, max_length=LIST_LENGTH)]
    """on_duty, home_phone, rota:<name>, commissioner, or a person's id."""
    channels: Annotated[list[Id], Field(min_length=1, max_length=LIST_LENGTH)] | None = None


class PolicySet(Part):
    """A home's paging chain."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=1_000)]
    repeat_last_every: SomeDuration
    last_resort: Id | None = None
    """A person who can always be reached. Until there is one the home does not count as watched."""
    test_at: LocalTime | None = None


class RotaEntry(Part):
    """Who is on call between two instants."""

    person_id: Id
    from_: InstantText = Field(alias="from")
    to: InstantText

    @model_validator(mode="after")
    def _it_ends_after_it_begins(self) -> "RotaEntry":
        if self.to <= self.from_:
            raise wrong("a duty ends after it begins: put to after from", "to")
        return self


class WeeklyEntry(Part):
    """Who is on call between two local times on some days of every week."""

    person_id: Id
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    from_: LocalTime = Field(alias="from")
    to: LocalTime

    @model_validator(mode="after")
    def _each_day_once(self) -> "WeeklyEntry":
        if repeated(self.days):
            raise wrong("state each day once", "days")
        return self


class RotaSet(Part):
    """A rota, whole: by instants or by the week."""

    rota: Id
    entries: Annotated[list[RotaEntry], Field(max_length=LIST_LENGTH)] | None = None
    weekly: Annotated[list[WeeklyEntry], Field(max_length=LIST_LENGTH)] | None = None

    @model_validator(mode="after")
    def _entries_or_weekly_never_both(self) -> "RotaSet":
        if (self.entries is None) == (self.weekly is None):
            raise wrong("state either entries (by instants) or weekly (by local times)")
        return self


class OverrideSet(RotaEntry):
    """Somebody else is on call for a while."""

    rota: Id
    reason: FreeText


class Covers(Part):
    """What a silence covers; what is not named is not narrowed."""

    kinds: Annotated[list[Id], Field(min_length=1, max_length=1_000)] | None = None
    placement_id: Id | None = None


class SilenceSet(Part):
    """Messages are held back, never facts."""

    silence_id: Id
    covers: Covers
    from_: InstantText = Field(alias="from")
    until: InstantText
    reason: FreeText
    second_by: Id | None = None

    @model_validator(mode="after")
    def _it_ends_after_it_begins(self) -> "SilenceSet":
        if self.until <= self.from_:
            raise wrong("a silence ends after it begins: put until after from", "until")
        return self


class SilenceEnded(Part):
    """Messages go out again."""

    silence_id: Id
