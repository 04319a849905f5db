"""Contract suites: what every log and every store must keep, as pytest classes that an adapter's tests
subclass.

They need `pytest` and `hypothesis`, which Wakeful itself does not. `LogContract` is in `log`,
`StoreContract` in `store`; no adapter is tested here.
"""

import pytest

pytest.register_assert_rewrite("wakeful.contracts.anylog", "wakeful.contracts.log", "wakeful.contracts.store")
