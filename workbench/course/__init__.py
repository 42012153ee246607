"""The course: hazards that really do harm, exercises that check themselves, and the notebooks that teach with them.

- `hazards`: a scenario per failure mode of the catalogue: what goes wrong, the code that it happens to, the fix.
- `exercises`: what a learner mends, and the hidden scenarios that tell whether it is mended.
- `Misfortune`, `Failure`: what a learner writes in lesson 12: what happens to code that fails and code that holds.
- `folder`: the notebooks, copied into a folder of the learner's own (`workbench course`).
"""

from __future__ import annotations

from workbench.course.exercises import check
from workbench.course.failure import Failure
from workbench.course.misfortune import Misfortune

__all__ = ["Failure", "Misfortune", "check"]
