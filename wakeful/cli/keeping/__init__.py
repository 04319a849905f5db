"""What is kept: backed up, put back, made again from the log, and erased with its key."""
