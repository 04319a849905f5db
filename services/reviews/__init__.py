"""Missing and incomplete plans, and what is reviewed too late or done too late (DOMAIN.md §5)."""
