"""A letter as HTML that every mail reader shows: one column, plain tables, styles in place, light and dark.

Everything that is told is escaped. No pictures, no scripts, nothing that is fetched: opening it tells nobody anything.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from services.pager.channels.base import Action
from services.pager.telling.letter import Item, Letter

_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:24px"
_HEAD: Final = (
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark"><title>{title}</title>'
    "<style>:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{"
    ".p{{background:#14181d!important}}.t{{color:#eef1f4!important}}.s{{color:#aeb7c0!important}}"
    ".l{{border-color:#3a434d!important}}.b{{background:#8ab4f8!important;color:#10141a!important}}"
    ".o{{background:#14181d!important;color:#eef1f4!important;border-color:#aeb7c0!important}}}}</style></head>"
)
_BODY: Final = (
    '<body class="p" style="margin:0;padding:0;background:#ffffff">'
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>'
    '<td align="center" style="padding:16px">'
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left">'
)
_END: Final = "</table></td></tr></table></body></html>"


def markup(letter: Letter) -> str:
    """The whole message as an HTML document."""
    return "".join((_HEAD.format(title=escape(letter.title)), _BODY, *_rows(letter), _END))


def _rows(letter: Letter) -> Iterator[str]:
    yield _row(
        f'<h1 class="t" style="margin:0;font-size:22px;line-height:28px;color:#14181d">{escape(letter.title)}</h1>'
    )
    yield from (_row(_line(text, strong=True)) for text in letter.lead)
    if letter.actions or letter.page is not None:
        yield _row("".join(_ways(letter)))
    many = len(letter.items) > 1
    for number, item in enumerate(letter.items, 1):
        yield _row("".join(_item(item, f"{number}. " if many else "")), ruled=True)
    if letter.more:
        yield _row(_line(f"and {letter.more} more", strong=True))
    if letter.next:
        yield _row("".join(_next(letter)), ruled=True)
    yield _row("".join(_line(text, soft=True) for text in letter.foot), ruled=True)


def _item(item: Item, number: str) -> Iterator[str]:
    yield _heading(f"{number}{item.heading}")
    yield _line(f"{item.severity} · {item.where}", strong=True)
    yield from (_line(point[:1].upper() + point[1:]) for point in item.points)
    if item.state:
        yield _line(item.state, strong=True)
    if item.story:
        yield _line("So far", soft=True)
        rows = "".join(_cells(line.clock, line.text) for line in item.story)
        yield f'<table role="presentation" cellpadding="0" cellspacing="0">{rows}</table>'


def _next(letter: Letter) -> Iterator[str]:
    yield _heading("What to do")
    one = len(letter.next) == 1
    yield from (_line(what if one else f"{name}: {what}") for name, what in letter.next)


def _ways(letter: Letter) -> Iterator[str]:
    yield from (_button(action, "b" if first else "o") for first, action in _firsts(letter.actions))
    if letter.page is not None:
        yield (
            f'<p style="margin:8px 0 0;{_FONT}"><a class="t" style="color:#14181d" '
            f'href="{escape(letter.page)}">All of it, with more ways to answer</a></p>'
        )


def _firsts(actions: Iterable[Action]) -> Iterator[tuple[bool, Action]]:
    return ((number == 0, action) for number, action in enumerate(actions))


def _button(action: Action, role: str) -> str:
    colours = "background:#1f4e8c;color:#ffffff" if role == "b" else "background:#ffffff;color:#14181d"
    return (
        f'<p style="margin:8px 0"><a class="{role}" href="{escape(action.url)}" style="display:block;padding:14px 16px;'
        f"border:2px solid #1f4e8c;border-radius:8px;text-align:center;text-decoration:none;font-weight:bold;"
        f'{colours};{_FONT}">{escape(action.label)}</a></p>'
    )


def _cells(clock: str, text: str) -> str:
    cell = f"padding:2px 12px 2px 0;vertical-align:top;color:#14181d;{_FONT}"
    return f'<tr><td class="t" style="{cell}">{escape(clock)}</td><td class="t" style="{cell}">{escape(text)}</td></tr>'


def _heading(text: str) -> str:
    style = "margin:0;font-size:18px;line-height:26px;color:#14181d"
    return f'<h2 class="t" style="{style}">{escape(text)}</h2>'


def _line(text: str, *, strong: bool = False, soft: bool = False) -> str:
    colour, role = ("#55606b", "s") if soft else ("#14181d", "t")
    weight = ";font-weight:bold" if strong else ""
    return f'<p class="{role}" style="margin:4px 0;color:{colour}{weight};{_FONT}">{escape(text)}</p>'


def _row(inner: str, *, ruled: bool = False) -> str:
    rule = "border-top:1px solid #d3d9df;" if ruled else ""
    return f'<tr><td class="l" style="{rule}padding:12px 0;{_FONT}">{inner}</td></tr>'
