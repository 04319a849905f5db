"""What the rules make of facts, and whether what was told is what they give."""
