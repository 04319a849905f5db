"""Whether each worker who must be awake is asked for a sign of it, and when, and how."""
