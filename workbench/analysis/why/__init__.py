"""Why a run ended as it did, or where it stands, in sentences that carry their evidence."""

from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.why import Why, why, why_of_case

__all__ = ["Clause", "Role", "Why", "why", "why_of_case"]
