"""Money across runs: what was charged, given back, is in doubt, or may be done twice."""

from workbench.analysis.ledger.amounts import Amount, amount_in
from workbench.analysis.ledger.entry import Entry
from workbench.analysis.ledger.ledger import Ledger, Sum, ledger
from workbench.analysis.ledger.money import Direction, Money, money_of
from workbench.analysis.ledger.stake import Stake, at_stake

__all__ = [
    "Amount",
    "Direction",
    "Entry",
    "Ledger",
    "Money",
    "Stake",
    "Sum",
    "amount_in",
    "at_stake",
    "ledger",
    "money_of",
]
