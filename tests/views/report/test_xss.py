"""A report made of 150 hostile texts, opened from disk in Chromium: nothing runs, nothing is asked for."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.views.report.incidents import full_incident, odd_incident
from workbench.views.report import report_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

ACT = "window.__x=1"
HERE = "https://evil.example/x"
BODIES = [
    f"<script>{ACT}</script>",
    f"<img src=x onerror={ACT}>",
    f"<svg onload={ACT}>",
    f"<svg><script>{ACT}</script></svg>",
    f"<svg><animate onbegin={ACT} attributeName=x dur=1s>",
    f"<svg><foreignObject><iframe srcdoc='<script>parent.{ACT}</script>'>",
    f"<iframe src=javascript:{ACT}>",
    f"<iframe srcdoc='<script>parent.{ACT}</script>'></iframe>",
    f"<a href=javascript:{ACT} autofocus onfocus={ACT}>x</a>",
    f"<details open ontoggle={ACT}>",
    f"<input autofocus onfocus={ACT}>",
    f"<body onload={ACT}>",
    f"<video><source onerror={ACT}>",
    f"<math><mtext></table><img src=x onerror={ACT}>",
    f"<style>@import '{HERE}';</style>",
    f"<style>*{{background:url({HERE})}}</style>",
    f"<link rel=stylesheet href={HERE}>",
    f"<img src={HERE}>",
    f"<meta http-equiv=refresh content='0;url={HERE}'>",
    f"<base href={HERE}>",
    f"<form action={HERE}><button autofocus>",
    f"<object data={HERE}>",
    f"<template><img src=x onerror={ACT}></template>",
    f"<noscript><p title='</noscript><img src=x onerror={ACT}>'>",
    f"{{{{constructor.constructor('{ACT}')()}}}}",
]
ESCAPES = [
    "{}",
    '">{}',
    "'>{}",
    "</title></style></script></textarea>{}",
    "--> ]]> */ {} <!--",
    "\x00\u202e\u2028{}\ufeff",
]
PAYLOADS = [escape.format(body) for escape, body in product(ESCAPES, BODIES)]


def test_there_are_enough() -> None:
    assert len(set(PAYLOADS)) == 150


@pytest.fixture
def seen(browser: Browser) -> object:
    """A page, with what it asks for and says; scripts are allowed, so that only the report keeps them out."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []

    def failed(request: Request) -> None:
        if request.failure == "csp":  # the browser refused it: it never left
            asked.remove(request.url)

    context.on("request", lambda request: asked.append(request.url))
    context.on("requestfailed", failed)
    page.on("dialog", lambda dialog: dialog.dismiss())
    yield page, asked
    context.close()


def test_no_payload_runs_or_asks_for_anything(seen: tuple[Page, list[str]], tmp_path: Path) -> None:
    page, asked = seen
    ran = []
    for number, payload in enumerate(PAYLOADS):
        path = tmp_path / f"{number}.html"
        path.write_bytes(report_html(odd_incident(payload)).encode("utf-8", "replace"))
        page.goto(path.as_uri())
        if page.evaluate("window.__x") is not None or page.url != path.as_uri():
            ran.append(payload)
    assert ran == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []
    assert len(asked) == len(PAYLOADS)


def test_the_policy_alone_would_keep_them_out(seen: tuple[Page, list[str]], tmp_path: Path) -> None:
    """The second line: the same payloads as HTML in a report. They run without the policy, so this test can fail."""
    page, asked = seen
    body = "".join(
        f"<div>{payload}</div>" for payload in BODIES if not payload.startswith(("<meta", "<noscript", "<base"))
    )
    document = report_html(full_incident())
    open_report, closed_report = tmp_path / "open.html", tmp_path / "closed.html"
    closed_report.write_text(document.replace("</main>", f"{body}</main>"))
    open_report.write_text(
        document.replace("default-src 'none'", "default-src * 'unsafe-inline'").replace("</main>", f"{body}</main>")
    )

    page.goto(closed_report.as_uri())
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.__x") is None
    assert [url for url in asked if url.startswith("http")] == []
    page.goto(open_report.as_uri(), wait_until="domcontentloaded")
    assert page.evaluate("window.__x") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_looks_as_it_should(browser: Browser, tmp_path: Path, artefacts: Path, scheme: str) -> None:
    """A head that stays in sight, no sideways scrolling, light and dark; the picture is left for a person."""
    path = tmp_path / "report.html"
    path.write_text(report_html(full_incident()))
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1200, "height": 500})  # type: ignore[arg-type]  # one of its literals
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)" if scheme == "light" else "rgb(15, 19, 24)"
    )
    page.evaluate("document.querySelector('#events tbody tr:last-child').scrollIntoView({block: 'end'})")
    assert page.evaluate("document.querySelector('#events th').getBoundingClientRect().top") >= 0
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=artefacts / f"report-{scheme}.png", full_page=True)
    context.close()
