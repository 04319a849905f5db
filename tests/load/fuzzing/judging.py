"""What is made of an answer: is it a fault of ours, is it what the document says, and what did it acknowledge?"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema_rs
import orjson

from tests.load.fuzzing.cases import Case

SHOWN: Final = 20


@dataclass
class Verdict:
    """All that was found, over all requests."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """Answers 5xx other than 503, and none at all: with the request."""
    undocumented: Counter[str] = field(default_factory=Counter)
    """Answers whose status or shape the document does not give."""
    acknowledged: set[tuple[str | None, str]] = field(default_factory=set)
    """Home (None: the device's) and id of each fact that was answered 200 or 202."""

    def told(self) -> str:
        """What a person should see."""
        lines = [
            f"{self.requests} requests, {len(self.acknowledged)} facts acknowledged",
            _counted(self.statuses),
        ]
        lines += [f"fault: {each}" for each in self.faults[:SHOWN]]
        lines += [
            f"not as documented, {count} times: {what}"
            for what, count in self.undocumented.most_common(SHOWN)
        ]
        return "\n".join(lines)


class Judge:
    """Judges by the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._shapes: dict[tuple[str, str, int], Any] = {}
        self.verdict = Verdict()

    def take(self, case: Case, sent: bytes, status: int, content: str, body: bytes) -> None:
        """One answer. Status 0: there was none."""
        found = self.verdict
        found.requests += 1
        found.statuses[status] += 1
        if status == 0 or (status >= 500 and status != 503):
            found.faults.append(f"{status} {case.method} {case.template} {sent!r} → {body!r}"[:4_000])
            return
        wrong = self._wrong(case, status, content, body)
        if wrong is not None:
            found.undocumented[f"{case.method} {case.template} {status}: {wrong}"] += 1
        if status in (200, 202) and case.method in ("PUT", "POST"):
            self._acknowledge(case, body)

    def _wrong(self, case: Case, status: int, content: str, body: bytes) -> str | None:
        key = (case.template, case.method.lower(), status)
        if key not in self._shapes:
            self._shapes[key] = self._shape(*key)
        known = self._shapes[key]
        if known is None:
            return "this status is not in the document"
        types = known
        media = content.partition(";")[0]
        if not types:
            return None if not body else "a body, where the document has none"
        if media not in types:
            return f"{media or 'no content type'}, where the document has {', '.join(types)}"
        if not media.endswith("json"):
            return None
        told = body.splitlines() if media.endswith("ndjson") else [body]
        error = next((wrong for each in told for wrong in types[media].iter_errors(orjson.loads(each))), None)
        return (
            None if error is None else f"{error.message[:100]} at {'/'.join(map(str, error.instance_path))}"
        )

    def _shape(self, template: str, method: str, status: int) -> dict[str, Any] | None:
        answer = self._document["paths"][template][method]["responses"].get(str(status))
        if answer is None:
            return None
        if "$ref" in answer:
            answer = self._document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        components = {"components": self._document["components"]}
        return {
            media: jsonschema_rs.Draft202012Validator({**each.get("schema", {}), **components})
            for media, each in answer.get("content", {}).items()
        }

    def _acknowledge(self, case: Case, body: bytes) -> None:
        if case.template.endswith("/{event_id}"):
            self.verdict.acknowledged.add((_home(case.body), orjson.loads(body)["id"]))
        elif case.template.endswith(":batch"):
            for item, result in zip(case.body["facts"], orjson.loads(body)["results"], strict=True):
                if result["status"] in (200, 202):
                    self.verdict.acknowledged.add((_home(item), result["id"]))


def _home(body: Any) -> str | None:
    home = body.get("homeid") if isinstance(body, dict) else None
    return home if isinstance(home, str) else None


def _counted(statuses: Counter[int]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
