"""Tests of a home's on-call: a message that is marked as a test, sent to the people whom a page would reach, by the
channels that a page would take. Whom (`plan`), when by itself (`due`), in what words (`words`), what became of it
(`book`), the sending (`sending`), the hour of the day (`daily`), over HTTP (`api`), and the link by which it is
answered (`page`).

What a test does not show: that alerts are decided and queued (it raises none), the delays between steps (they are
sent at once, one after the other), gathering, silences and acknowledgements.
"""
