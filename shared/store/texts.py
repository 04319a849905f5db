"""Text as every database of ours takes it. What it says is its writer's affair."""


def storable(text: str) -> str:
    """The text, with U+FFFD for what Postgres has no place for: NUL, and halves of pairs. SQLite gets the same.

    For what comes from outside and was never validated: the key of a record that cannot be read, the words of an
    exception. What was validated holds neither.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text.encode(errors="surrogatepass").decode(errors="replace") if not text.isascii() else text
