"""Facts out of a log, and a history of them into an empty one."""
