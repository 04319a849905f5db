"""Running it: in one process, or apart over a broker, with its database and topics brought up to date."""
