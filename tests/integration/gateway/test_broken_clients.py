"""Whatever comes in by a socket is answered with a clear problem or a closed connection, in bounded time, and nobody
else is held up by it."""

import json
import time
import uuid
from collections.abc import Iterator

import orjson
import pytest

from shared.security.tokens import Issued
from shared.web.patience import Patience
from tests.integration.gateway.house import House
from tests.integration.gateway.listening import Wire, listening, request
from tests.waiting import until

SHORT = Patience(head_within_s=0.3, body_slack_s=0.3, body_rate=1 << 20, unread_s=0.3, discarded=1 << 20)
"""For those alone who never come to an end: a client of ours may stand still for as long on a busy machine."""
USUAL = Patience(discarded=1 << 20)


class Door:
    """A settled house behind a socket."""

    def __init__(self, house: House, port: int) -> None:
        self.house = house
        self.port = port
        self.system: Issued = house.settle()
        self.bearer = b"Authorization: Bearer %b\r\n" % self.system.secret.encode()

    def check(self, id_: str | None = None, headers: bytes = b"") -> bytes:
        body = orjson.dumps(self.house.of_system(self.house.check()))
        return self.put("checks/" + (id_ or str(uuid.uuid4())), body, headers)

    def put(self, path: str, body: bytes, headers: bytes = b"") -> bytes:
        return request(b"PUT", b"/api/v1/" + path.encode(), self.bearer + headers, body)

    def lets_others_in(self) -> bool:
        """One who was cut off himself, being too slow by the door's measure, comes again."""
        with Wire(self.port) as wire:
            try:
                return wire.send(self.check()).answer()[0] == 202
            except ConnectionError:
                return False

    def holds(self, id_: str) -> bool:
        return any(record.id == id_ for record in self.house.records())


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with House(tmp_path_factory.mktemp("door")) as house, listening(house.app, USUAL) as port:
        yield Door(house, port)


@pytest.fixture(scope="module")
def short_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with House(tmp_path_factory.mktemp("short")) as house, listening(house.app, SHORT) as port:
        yield Door(house, port)


NO_HTTP = {
    "noise": b"\x00\x01\x02 noise\r\n\r\n",
    "a handshake of TLS": bytes.fromhex("160301020001000001fc0303") + bytes(100),
    "an unknown method": request(b"BREW", b"/api/v1/homes"),
    "a length below nothing": request(b"PUT", b"/api/v1/checks/1", length=-1)[:-2]
    + b"Content-Length: -5\r\n\r\n",
    "two lengths": request(b"PUT", b"/api/v1/checks/1", b"Content-Length: 7\r\n", b"12345"),
    "a length and chunks": request(
        b"PUT", b"/api/v1/checks/1", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"
    ),
    "chunks that are none": request(
        b"PUT", b"/healthz", b"Transfer-Encoding: chunked\r\n", b"ZZ\r\n", length=-1
    ),
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere:443 HTTP/1.1\r\n\r\n",
    "letters in the address": request(b"GET", "/api/v1/homes/é".encode()),
}


@pytest.mark.parametrize("what", NO_HTTP)
def test_what_is_no_http_is_answered_with_a_problem_and_closed(door: Door, what: str) -> None:
    with Wire(door.port).send(NO_HTTP[what]) as wire:
        status, body = wire.answer()
        assert (status, json.loads(body)["type"]) == (400, "urn:wakeful:not-http")
        assert wire.closed()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 8_000 + b"\r\n", 431),
    ],
    ids=["a long address", "a long header", "many headers"],
)
def test_a_head_is_held_up_to_its_limit_only(door: Door, sent: bytes, status: int) -> None:
    with Wire(door.port).send(sent) as wire:
        assert wire.answer()[0] == status
        assert wire.closed()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"PUT /api/v1/checks/1 HT",
        b"GET /healthz HTTP/1.1\r\nX: ",
        request(b"PUT", b"/api/v1/checks/1", body=b"{", length=50),
        request(b"PUT", b"/api/v1/people/x", body=b"{", length=50),
        request(b"PUT", b"/api/v1/checks/1", b"Transfer-Encoding: chunked\r\n", b"5\r\nab", length=-1),
    ],
    ids=[
        "nothing at all",
        "half a line",
        "half a header",
        "half a body",
        "half a body of a person",
        "half a chunk",
    ],
)
def test_what_does_not_come_to_its_end_in_time_is_cut_off_and_others_are_served_meanwhile(
    short_door: Door, begun: bytes
) -> None:
    with Wire(short_door.port).send(begun) as wire:
        until(short_door.lets_others_in)
        status, body = wire.answer()
        assert (status, json.loads(body)["type"]) in (
            (408, "urn:wakeful:too-slow"),
            (401, "urn:wakeful:unauthorised"),
        )
        assert wire.closed()


def test_a_second_request_on_a_connection_is_waited_for_no_longer_than_the_first(short_door: Door) -> None:
    def cut_off_at_the_second() -> bool:
        """False for one that the machine kept from sending the first in time."""
        with Wire(short_door.port).send(request(b"GET", b"/healthz"), b"GET /hea") as wire:
            if wire.answer()[0] == 408:
                return False
            assert wire.answer()[0] == 408
            return wire.closed()

    until(cut_off_at_the_second)


def test_a_body_that_keeps_coming_is_waited_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    patience = Patience(body_slack_s=0.2, body_rate=2)
    with House(tmp_path_factory.mktemp("slow")) as house, listening(house.app, patience) as port:
        door = Door(house, port)
        sent = door.check()
        with Wire(port) as wire:
            wire.send(sent[:-1])
            time.sleep(
                0.5
            )  # longer than the slack alone would bear; what has come by then is good for minutes
            assert wire.send(sent[-1:]).answer()[0] == 202


def test_a_body_too_large_is_read_on_so_that_its_sender_lives_to_read_why(door: Door) -> None:
    with Wire(door.port) as wire:
        wire.send(door.put("checks/large", b"x" * 900_000))
        assert wire.answer()[0] == 413
        assert wire.send(request(b"GET", b"/healthz")).answer()[0] == 200


def test_a_body_without_end_is_cut_off(door: Door) -> None:
    with Wire(door.port).send(
        request(b"PUT", b"/api/v1/checks/1", b"Transfer-Encoding: chunked\r\n", length=-1)
    ) as wire:
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        with pytest.raises(ConnectionError):
            wire.send(*(chunk for _ in range(10_000)))


UNREADABLE = {
    "bytes that are no UTF-8": b'{"type":"\xff\xfe"}',
    "a hundred thousand brackets": b"[" * 60_000,
    "objects in objects": b'{"a":' * 9_000,
    "a number too long": b'{"type":' + b"9" * 50_000 + b"}",
    "no number": b'{"type":NaN}',
    "half a character": b'{"type":"\\ud800"}',
    "a packed body": b"\x1f\x8b\x08\x00",
    "nothing": b"",
    "no JSON at all": b"<check/>",
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("where", ["checks/1", "people/manager"])
def test_a_body_that_cannot_be_read_is_a_final_problem(door: Door, what: str, where: str) -> None:
    headers = b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
    with Wire(door.port) as wire:
        status, body = wire.send(door.put(where, UNREADABLE[what], headers)).answer()
        assert status in (400, 422)
        assert json.loads(body)["status"] == status


def test_a_key_that_no_utf_8_can_hold_is_a_problem_too(door: Door) -> None:
    with Wire(door.port) as wire:
        sent = door.put("people/x", b'{"name":"a","\\ud800":1}', b"Content-Type: application/json\r\n")
        assert wire.send(sent).answer()[0] == 422


def test_the_same_key_twice_is_read_as_every_reader_of_json_does(door: Door) -> None:
    whole = orjson.dumps(door.house.of_system(door.house.check()))
    with Wire(door.port) as wire:
        id_ = str(uuid.uuid4())
        assert wire.send(door.put("checks/" + id_, b'{"type":"x",' + whole[1:])).answer()[0] == 202
    assert door.holds(id_)


PATHS = {
    "/api/v1/checks/%00": (422,),
    "/api/v1/checks/%ff": (202, 422),
    "/api/v1/checks/a%2Fb": (404, 422),
    "/api/v1/../../etc/passwd": (404,),
    "/static/../../pyproject.toml": (404, 405),
    "/static/%2e%2e/%2e%2e/pyproject.toml": (404, 405),
    "/static/%00": (404, 405),
    "/api/v1/checks/" + "a" * 5_000: (422,),
    "/api/v1//checks/1": (404,),
    "/api/v1/checks/": (404, 405),
}


@pytest.mark.parametrize("path", PATHS, ids=[path[:40] for path in PATHS])
@pytest.mark.parametrize("method", [b"PUT", b"GET"])
def test_a_path_leads_where_it_says_or_nowhere(door: Door, path: str, method: bytes) -> None:
    body = orjson.dumps(door.house.of_system(door.house.check()))
    with Wire(door.port) as wire:
        status, _ = wire.send(request(method, path.encode(), door.bearer, body)).answer()
    assert status in (PATHS[path] if method == b"PUT" else (404, 405))


@pytest.mark.parametrize(
    "cursor", ["WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAsICJ4Il0=", "WzFlOTk5LCAieCJd", "%C3%A9", "%00"]
)
def test_a_cursor_that_nobody_gave_is_a_problem(door: Door, cursor: str) -> None:
    with Wire(door.port) as wire:
        path = f"/api/v1/alerts?cursor={cursor}".encode()
        assert wire.send(request(b"GET", path, door.bearer)).answer()[0] == 422


def test_requests_sent_before_their_answers_are_answered_in_order(door: Door) -> None:
    with Wire(door.port) as wire:
        wire.send(door.check() + request(b"GET", b"/healthz") + door.check())
        assert [wire.answer()[0] for _ in range(3)] == [202, 200, 202]


def test_noise_behind_a_request_does_not_take_the_place_of_its_answer(door: Door) -> None:
    with Wire(door.port) as wire:
        id_ = str(uuid.uuid4())
        assert wire.send(door.check(id_) + b"\x00\x00\x00").answer()[0] == 202
        assert wire.closed()
    assert door.holds(id_)


def test_a_wish_for_another_protocol_is_overheard_and_the_fact_is_taken(door: Door) -> None:
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    with Wire(door.port) as wire:
        sent = door.check(headers=wish)
        wire.send(sent[:-20])
        wire.send(sent[-20:] + door.check())
        assert [wire.answer()[0], wire.answer()[0]] == [202, 202]


def test_a_sender_who_has_gone_before_the_answer_has_had_the_fact_taken_all_the_same(door: Door) -> None:
    id_ = str(uuid.uuid4())
    with Wire(door.port) as gone:
        gone.send(door.check(id_))
    with Wire(door.port) as again:
        assert again.send(door.check(id_)).answer()[0] in (200, 202)  # the same, whichever came first
    assert sum(record.id == id_ for record in door.house.records()) == 1


def test_a_sender_who_has_gone_in_the_middle_has_had_nothing_taken(door: Door) -> None:
    id_ = str(uuid.uuid4())
    with Wire(door.port) as gone:
        gone.send(door.check(id_)[:-10])
    assert door.lets_others_in()
    assert not door.holds(id_)


def test_old_http_is_served_and_closed(door: Door) -> None:
    with Wire(door.port).send(b"GET /healthz HTTP/1.0\r\n\r\n") as wire:
        assert wire.answer()[0] == 200
        assert wire.closed()


def test_where_there_are_too_many_connections_one_that_does_nothing_makes_way(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        House(tmp_path_factory.mktemp("full")) as house,
        listening(house.app, Patience(connections=3)) as port,
    ):
        idle = [Wire(port) for _ in range(20)]
        door = Door(house, port)
        assert door.lets_others_in()
        until(lambda: sum(not still_open(wire) for wire in idle) >= 17)
        for wire in idle:
            wire.close()


def still_open(wire: Wire) -> bool:
    wire.socket.settimeout(0.05)
    try:
        return not wire.closed()
    except TimeoutError:
        return True
