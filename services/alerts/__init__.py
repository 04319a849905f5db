"""The alerts service: the lives of alerts, and the feed in which people read them."""
