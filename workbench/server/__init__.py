"""The server extension: what JupyterLab's document of a recording, and its list of recordings, ask over REST.

It reads recordings below the root of the server and writes post-mortem notebooks there. It runs no code of workflows
and acts on nothing: that is for kernels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import __version__

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["__version__", "_jupyter_server_extension_points", "_load_jupyter_server_extension"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where Jupyter Server finds the extension."""
    return [{"module": "workbench.server"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Add the routes; called by Jupyter Server once, at its start."""
    from workbench._errors import NotAllowedError
    from workbench.server.routes import add_routes

    try:
        add_routes(app.web_app)
    except NotAllowedError as error:
        app.log.warning("workbench.server adds no routes: %s", error.message)
