"""What a worker of a broker's log is made of, beside the runner."""
