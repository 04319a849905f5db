"""A message carries three links, each good for its own answer; a retry of it carries the same."""

from uuid import UUID

from services.pager.answering.links import Link, Links, Purpose
from services.pager.answering.ways import answering
from shared.instants import parse_instant

AT = parse_instant("2026-03-28T03:15:00.000Z")
LINKS = Links("https://night.example.org", [b"k" * 32])
IDS = [str(UUID(int=number)) for number in (1, 2, 3)]


def purpose_of(url: str) -> Purpose:
    link = LINKS.read(url.rpartition("/")[2], AT)
    assert isinstance(link, Link)
    assert link.person_id == "ann"
    return link.purpose


def test_a_message_carries_the_page_and_a_button_for_each_answer() -> None:
    ways = answering(LINKS, "ann", AT)(IDS[:1])
    assert purpose_of(ways.page or "") is Purpose.SHOW
    assert [(action.label, purpose_of(action.url)) for action in ways.actions] == [
        ("I have it", Purpose.HAVE),
        ("I can’t", Purpose.CANNOT),
    ]
    assert answering(LINKS, "ann", AT)(IDS[:1]) == ways


def test_of_several_alerts_one_button_takes_them_all() -> None:
    assert answering(LINKS, "ann", AT)(IDS).actions[0].label == "I have these 3"
