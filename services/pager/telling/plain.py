"""A letter as plain text: for mail readers without HTML, for text messages' long form, for logs of receivers."""

from collections.abc import Iterator

from services.pager.telling.letter import Item, Letter


def plain(letter: Letter) -> str:
    """The whole message as text, each line short enough to be read on a phone."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    if letter.lead:
        yield from (*letter.lead, "")
    many = len(letter.items) > 1
    for number, item in enumerate(letter.items, 1):
        yield from (*_item(item, f"{number}. " if many else ""), "")
    if letter.more:
        yield from (f"and {letter.more} more", "")
    if letter.next:
        yield from ("WHAT TO DO", *_next(letter), "")
    yield from _ways(letter)
    yield from ("--", *letter.foot)


def _item(item: Item, number: str) -> Iterator[str]:
    yield f"{number}{item.heading.upper()} - {item.severity}"
    yield _capital(item.where)
    yield from (_capital(point) for point in item.points)
    if item.state:
        yield item.state
    if item.story:
        yield "So far:"
        yield from (f"  {line.clock} {line.text}" if line.clock else f"  {line.text}" for line in item.story)


def _next(letter: Letter) -> Iterator[str]:
    one = len(letter.next) == 1
    for name, what in letter.next:
        yield what if one else f"{name}: {what}"


def _ways(letter: Letter) -> Iterator[str]:
    for action in letter.actions:
        yield f"{action.label}: {action.url}"
    if letter.page is not None:
        yield f"All of it: {letter.page}"
    if letter.actions or letter.page is not None:
        yield ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
