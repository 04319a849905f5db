"""What is made from the code is what the code makes now."""

from tests.documents.made import AGAIN, ROOT, made


def test_every_document_that_is_made_from_the_code_is_current() -> None:
    stale = [name for name, text in made().items() if not _is(name, text)]
    assert not stale, AGAIN


def _is(name: str, text: str) -> bool:
    path = ROOT / name
    return path.exists() and path.read_text("utf-8") == text
