"""Writes every document that is made from the code: `make docs`."""

from tests.documents.made import ROOT, made


def main() -> None:
    for name, text in made().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
