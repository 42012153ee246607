"""The routes. Each one wants a login, the XSRF token and permission for `durable-workbench`, for reading too."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from http.client import responses
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from workbench._errors import WorkbenchError
from workbench.debugger.wire.transport import Failure
from workbench.debugger.wire.workspace import FailureAnswer, NotebookAnswer
from workbench.server.body import fields
from workbench.server.errors import status_of
from workbench.server.host import Host
from workbench.server.place import Root

__all__ = ["ROUTES", "add_routes"]

NAME: Final = "durable-workbench"
_Method = Callable[..., Awaitable[None]]
_may_read: Callable[[_Method], _Method] = authorized(action="read", resource=NAME)
_may_write: Callable[[_Method], _Method] = authorized(action="write", resource=NAME)
_LOG = logging.getLogger("workbench")


def add_routes(app: web.Application) -> None:
    """Add the routes of the extension to a Jupyter Server.

    Raises:
        NotAllowedError: The files of this server do not lie in a folder of its machine.
    """
    contents = app.settings["contents_manager"]
    host = Host(Root.of(contents), contents)
    base = app.settings["base_url"]
    app.add_handlers(
        ".*$", [(url_path_join(base, NAME, name), route, {"host": host}) for name, route in ROUTES.items()]
    )


class Route(APIHandler):
    """One route."""

    host: Host

    def initialize(self, host: Host) -> None:
        """Called by Tornado for each request."""
        self.host = host

    async def prepare(self) -> None:  # type: ignore[override]  # as Jupyter Server itself overrides it
        """Refuse whoever is not logged in or comes from elsewhere, whatever the method: nothing here is public."""
        await super().prepare()
        if self.current_user is None:
            raise web.HTTPError(403)
        self.check_xsrf_cookie()

    def options(self, *_: Any, **__: Any) -> None:
        """Nobody asks from another origin, so nobody asks whether it may."""
        raise web.HTTPError(405)

    async def reply(self, answer: Awaitable[Any]) -> None:
        """Send an answer, or the error that there is instead."""
        self.set_header("Cache-Control", "no-store")
        try:
            found = await answer
        except web.HTTPError:
            raise  # of the contents manager: `write_error` gives it our shape
        except Exception as error:  # noqa: BLE001 - a fault of ours has an answer too
            self.refuse(error)
        else:
            if isinstance(found, bytes):
                self.finish(found, set_content_type="application/octet-stream")
            else:
                self.finish(json.dumps(found, allow_nan=False))

    def refuse(self, error: Exception) -> None:
        """Say why there is no answer; the traceback of a fault of ours goes to the log of this process only."""
        from workbench.debugger.answer import FaultError, failure_of

        if not isinstance(error, WorkbenchError | FaultError):
            _LOG.error("the server extension could not answer", exc_info=error)
        self.say(status_of(error), failure_of(error))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What Jupyter and Tornado refuse has the shape of our own errors."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        said = error.log_message if isinstance(error, web.HTTPError) else None
        message = said or responses.get(status_code, "refused")
        self.say(status_code, {"name": type(error).__name__, "message": message, "hint": ""})

    def say(self, status: int, failure: Failure) -> None:
        """Send an error."""
        self.set_status(status)
        body: FailureAnswer = {"error": failure, "message": failure["message"]}
        self.finish(json.dumps(body))


class Ask(Route):
    """Answers one question about one recording."""

    @web.authenticated
    @_may_read
    async def post(self) -> None:
        """`{"path", "question"}` -> the framed answer."""
        await self.reply(self._answer())

    async def _answer(self) -> bytes:
        path, question = fields(self.request.body, "path", "question")
        return await self.host.ask(path, question)


class List(Route):
    """Lists the recordings below a folder."""

    @web.authenticated
    @_may_read
    async def get(self) -> None:
        """`?folder=` -> `WorkspaceAnswer`."""
        folder = self.get_query_argument("folder", "", strip=False)
        await self.reply(self.host.recordings(folder))


class Notebook(Route):
    """Writes a post-mortem notebook."""

    @web.authenticated
    @_may_write
    async def post(self) -> None:
        """`{"path"}` -> `NotebookAnswer`."""
        await self.reply(self._answer())

    async def _answer(self) -> NotebookAnswer:
        (path,) = fields(self.request.body, "path")
        return await self.host.notebook(path)


ROUTES: Final[dict[str, type[Route]]] = {"ask": Ask, "workspace": List, "notebook": Notebook}
"""By the last part of their address."""
