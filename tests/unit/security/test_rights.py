"""Who may see what: one question, asked in Python and as SQL, with one answer."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Text, create_engine, insert, select

from shared.security.rights import ON_A_DEVICE, Actor, HomeRef, Right, Scope, rights_of, scope_clause, visible

PROVIDERS = ("north", "south")
HOMES = ("larch", "birch", "cedar")
COMMISSIONERS = ("county", "shire")


@dataclass(frozen=True)
class Row:
    """Something of a home: of a child placed by a commissioner, or (None) of the whole."""

    provider_id: str
    home_id: str
    commissioner_id: str | None


ROWS = [Row(p, h, c) for p in PROVIDERS for h in HOMES for c in (*COMMISSIONERS, None)]

named = st.none() | st.frozensets(st.sampled_from(HOMES))
scopes = st.one_of(
    st.builds(Scope, provider_id=st.none() | st.sampled_from(PROVIDERS), homes=named),
    st.builds(Scope, commissioner_id=st.sampled_from(COMMISSIONERS), homes=named),
    st.just(Scope(everywhere=True)),
)
rights = st.frozensets(st.sampled_from(Right))


@given(scope=scopes, held=rights, theirs=st.frozensets(st.sampled_from(HOMES)))
def test_the_clause_selects_exactly_what_is_visible(
    scope: Scope, held: frozenset[Right], theirs: frozenset[str]
) -> None:
    table = Table("rows", MetaData(), *(Column(name, Text) for name in Row.__annotations__))
    engine = create_engine("sqlite://")
    actor = Actor("person", "x", held, scope)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [row.__dict__ for row in ROWS])
        clause = scope_clause(actor, table, their_homes=theirs)
        found = {Row(*each) for each in connection.execute(select(table).where(clause))}
    engine.dispose()
    expected = {
        row
        for row in ROWS
        if visible(actor, HomeRef(row.home_id, row.provider_id), row.commissioner_id, their_homes=theirs)
    }
    assert found == expected


@given(narrow=scopes, wide=scopes)
def test_a_scope_within_another_reaches_nothing_that_the_other_does_not(narrow: Scope, wide: Scope) -> None:
    if narrow.within(wide):
        for row in ROWS:
            home = HomeRef(row.home_id, row.provider_id)
            assert not narrow.reaches(home, row.commissioner_id) or wide.reaches(home, row.commissioner_id)


def test_every_scope_but_the_empty_lies_within_itself_and_within_everything() -> None:
    for scope in (
        Scope(provider_id="north"),
        Scope(commissioner_id="county"),
        Scope(homes=frozenset({"larch"})),
    ):
        assert scope.within(scope)
        assert scope.within(Scope(everywhere=True))
        assert not Scope(everywhere=True).within(scope)
        assert not scope.within(Scope())


def test_a_commissioner_sees_its_own_children_across_providers_and_no_others() -> None:
    county = Actor("person", "officer", frozenset({Right.READ}), Scope(commissioner_id="county"))
    assert all(visible(county, HomeRef("larch", provider), "county") for provider in PROVIDERS)
    assert not visible(county, HomeRef("larch", "north"), "shire")


def test_a_commissioner_sees_what_concerns_a_whole_home_only_where_a_child_of_theirs_lives() -> None:
    county = Actor("person", "officer", frozenset({Right.READ}), Scope(commissioner_id="county"))
    larch = HomeRef("larch", "north")
    assert not visible(county, larch, None)
    assert visible(county, larch, None, their_homes=["larch"])
    assert not visible(county, larch, "shire", their_homes=["larch"])


def test_a_scope_that_names_nothing_reaches_nothing() -> None:
    nobody = Actor("system", "x", frozenset(Right), Scope())
    assert not any(visible(nobody, HomeRef(r.home_id, r.provider_id), r.commissioner_id) for r in ROWS)


def test_a_device_never_holds_manage_approve_or_admin() -> None:
    assert ON_A_DEVICE.isdisjoint({Right.MANAGE, Right.APPROVE, Right.ADMIN})


def test_an_unknown_right_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'manager' is not a right; there are record, manage"):
        rights_of(["record", "manager"])


def test_a_scope_is_a_providers_or_a_commissioners() -> None:
    with pytest.raises(ValueError, match="not both"):
        Scope(provider_id="north", commissioner_id="county")
