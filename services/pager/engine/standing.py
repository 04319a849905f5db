"""What became of a step, by its messages. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from services.pager.chain.parts import Chain
from services.pager.engine.rows import Sending

_OF_A_STEP = ("page", "notify")


def stands(chain: Chain, messages: Iterable[Sending]) -> Chain:
    """The chain with what its present step's messages tell: when the first was really sent; whether all have failed on
    every channel once. What a retry brings later counts too."""
    mine = [message for message in messages if _of(chain, message)]
    sent = [message.ended_at for message in mine if message.state == "sent" and message.ended_at is not None]
    if sent:
        return chain if chain.sent_at is not None else replace(chain, sent_at=min(sent), failed=False)
    tried = [message for message in mine if message.state == "queued"]
    if tried and all(message.failed for message in tried):
        return replace(chain, failed=True)
    return chain


def unreached(chain: Chain, messages: Iterable[Sending]) -> list[Sending]:
    """The messages of a step that has failed."""
    return [each for each in messages if _of(chain, each) and each.state == "queued" and each.failed]


def _of(chain: Chain, message: Sending) -> bool:
    return (message.step, message.round) == (chain.step, chain.round) and message.purpose in _OF_A_STEP
