"""The ledger: an append-only log in Admin itself, so that nothing else has to be kept anywhere."""

from reconciler.admin.ledger.log import AdminLedger, AdminLedgerReader
from reconciler.admin.ledger.salvage import SalvagedLedger

__all__ = ["AdminLedger", "AdminLedgerReader", "SalvagedLedger"]
