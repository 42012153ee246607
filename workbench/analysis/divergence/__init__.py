"""Why code no longer follows its log: the aligned account, the cause with its evidence, the remedy."""

from workbench.analysis.cause import Cause
from workbench.analysis.divergence.account import account_frame, account_of
from workbench.analysis.divergence.explanation import Explanation, First, explain
from workbench.analysis.divergence.reason import Reason, Sure

__all__ = ["Cause", "Explanation", "First", "Reason", "Sure", "account_frame", "account_of", "explain"]
