"""Who is on call, and what they were told."""
