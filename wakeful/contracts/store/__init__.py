"""The contract of a store: ledger, outbox, homes set aside, operations, ids seen and rows, on whatever database.

    class TestMyDatabase(StoreContract):
        @pytest.fixture
        def new_engine(self): ...     # a callable: an engine for a new, empty, migrated database each time

Nothing about speed is asked here.
"""

from wakeful.contracts.store.noted import NotedContract
from wakeful.contracts.store.owned import OwnedContract
from wakeful.contracts.store.tabled import TabledContract
from wakeful.contracts.store.things import METADATA as METADATA
from wakeful.contracts.store.things import NewEngine as NewEngine
from wakeful.contracts.store.things import effect as effect


class StoreContract(OwnedContract, TabledContract, NotedContract):
    """All of it. Subclass it, and give the fixture `new_engine`."""
