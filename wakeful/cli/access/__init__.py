"""Who is let in: people, their ways of being reached, phones, and systems."""
