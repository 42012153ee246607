"""How a driver ends workflow code that must not go on."""

from __future__ import annotations

__all__ = ["WorkflowHalted"]


class WorkflowHalted(BaseException):
    """The driver stopped the workflow here; the reason is with the driver.

    Derives from `BaseException`, as control flow does: `except Exception` in workflow code must not hide it.
    Don't write `except:` or `except BaseException:` around calls in a workflow; write `except Exception:`.
    """
