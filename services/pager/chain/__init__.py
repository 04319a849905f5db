"""Who is told of an alert, and when: pure decisions with a named reason each (DOMAIN.md §6). Nothing here sends."""
