"""`%load_ext workbench` in a real shell, and in a notebook with a real kernel."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import buy
from workbench._errors import UsageError
from workbench.debugger import widget
from workbench.debugger.magics import load
from workbench.debugger.widget import Debugger

UNBUILT = """
from pathlib import Path
from workbench.debugger import widget
if not (widget._STATIC / "widget.js").is_file():  # the package was never built: an app of nothing will do
    widget._STATIC = Path(".")
    [(widget._STATIC / name).write_text("") for name in ("widget.js", "widget.css")]
"""

CELL = """
import workbench as wb

@wb.step(kind="write")
def charge(cents):
    return f"ch_{cents}"

@wb.workflow
def pay(cents):
    return charge(cents)
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell in a folder of its own; what it defines is of `__main__`, as in a notebook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    if not (widget._STATIC / "widget.js").is_file():
        (tmp_path / "static").mkdir()
        (tmp_path / "static/widget.js").write_text("export default { render() {} }")
        (tmp_path / "static/widget.css").write_text("")
        monkeypatch.setattr(widget, "_STATIC", tmp_path / "static")
    # A shell puts a module of its own in the place of `__main__`; other processes could not be started after that.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    made: Any = InteractiveShell()  # type: ignore[no-untyped-call]  # IPython has no annotations here
    load(made)
    yield made
    atexit.unregister(made.atexit_operations)
    made.atexit_operations()


def run(shell: Any, cell: str) -> Any:
    """Run a cell; its result, or what it raised."""
    done = shell.run_cell(cell, store_history=True)
    done.raise_error()
    return done.result


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book"], id="one")
        recorder.run(buy, ["cd"], id="two")
    return path


# --- %workbench open -----------------------------------------------------------------------------------------------


def test_a_recording_is_opened(shell: InteractiveShell, log: Path) -> None:
    debugger = run(shell, f"%workbench open {log}")
    assert isinstance(debugger, Debugger)
    assert debugger.run_id == ""
    assert len(shell.user_ns["rec"]) == 2
    assert run(shell, f"%workbench open {log} two").run_id == "two"


@pytest.mark.parametrize("line", ["", "shut", "open", "open a b c", "open 'a"])
def test_a_line_that_means_nothing_says_how_it_is_written(shell: InteractiveShell, line: str) -> None:
    with pytest.raises(UsageError, match="%workbench") as caught:
        run(shell, f"%workbench {line}")
    assert "open FILE" in str(caught.value)


def test_a_file_that_is_not_there(shell: InteractiveShell) -> None:
    with pytest.raises(wb.errors.LogNotFoundError):
        run(shell, "%workbench open nowhere.wlog")


# --- %%record ------------------------------------------------------------------------------------------------------


def test_workflows_that_a_cell_calls_are_recorded(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, CELL)
    result = run(shell, "%%record\nfirst = pay(3)\n[pay(4), len('so'), first]")
    assert result == ["ch_4", 2, "ch_3"]
    recording = shell.user_ns["rec"]
    assert [run.status for run in recording] == ["completed", "completed"]
    assert Path("notebook.wlog").is_file()
    assert "recorded 2 runs; rec is the recording" in capsys.readouterr().out
    assert "__workbench_recorded__" not in shell.user_ns


def test_a_cell_may_define_what_it_records_and_keeps_its_source(shell: InteractiveShell) -> None:
    assert run(shell, f"%%record made.wlog --id one --key order-1\n{CELL}\npay(3)") == "ch_3"
    (made,) = shell.user_ns["rec"]
    assert (made.id, made.facts.business_key) == ("one", "order-1")
    (source,) = made.history.sources.values()
    assert "def pay(cents):" in source.text


def test_a_second_cell_goes_on_in_the_same_file(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, CELL)
    run(shell, "%%record --id one\npay(3)")
    capsys.readouterr()
    run(shell, "%%record --id two\npay(4)")
    assert [run.id for run in shell.user_ns["rec"]] == ["one", "two"]
    out = capsys.readouterr().out
    assert "recorded 1 run;" in out
    assert "two · pay · COMPLETED" in out


def test_only_the_cell_itself_records(shell: InteractiveShell) -> None:
    run(shell, CELL + "\ndef twice(cents):\n    return pay(cents), pay(cents)")
    run(
        shell,
        "%%record\nthrice = lambda: pay(1)\nfound = (twice(2), thrice(), sorted(locals())[:1], [pay(n) for n in [5]])",
    )
    assert len(shell.user_ns["rec"]) == 1, "functions run as they are; the comprehension is the cell's own"
    assert shell.user_ns["found"][0] == ("ch_2", "ch_2")


def test_a_cell_that_fails_is_recorded_up_to_there(shell: InteractiveShell) -> None:
    run(shell, CELL)
    with pytest.raises(ZeroDivisionError):
        run(shell, "%%record --id one\npay(3)\n1 / 0")
    assert [run.id for run in shell.user_ns["rec"]] == ["one"]


def test_an_async_workflow_runs_to_its_end(shell: InteractiveShell) -> None:
    run(shell, CELL + "\n@wb.workflow\nasync def both(n):\n    return n, charge(n)")
    assert run(shell, "%%record\nboth(3)") == (3, "ch_3")
    with pytest.raises(UsageError, match="line 1 of the cell waits"):
        run(shell, "%%record\nawait both(3)")


def test_magics_work_inside_a_recorded_cell(shell: InteractiveShell) -> None:
    run(shell, CELL)
    run(shell, "%%record\nhere = %pwd\npay(3)")
    assert shell.user_ns["here"] == str(Path.cwd())


# --- %%what_if -----------------------------------------------------------------------------------------------------


def test_edits_in_a_cell_make_a_branch(shell: InteractiveShell) -> None:
    run(shell, CELL)
    run(shell, "%%record --id one\npay(3)")
    branch = run(shell, "%%what_if one --as declined\nreturns('charge', 'ch_9')")
    assert branch.outcome.value == "ch_9"
    assert shell.user_ns["declined"] is branch
    assert "returns" not in shell.user_ns
    failed = run(shell, "%%what_if\nerror = TimeoutError('no answer')\nraises('charge', error)\nshifts_clock(60)")
    assert failed.outcome.word == "failed"
    assert len(failed.edits) == 2


def test_a_branch_of_a_file(shell: InteractiveShell, log: Path) -> None:
    branch = run(shell, f"%%what_if two --file {log}\nreturns('price', 40)\nanswer('ch_40')")
    assert branch.outcome.value.cents == 40


def test_without_a_recording_it_says_what_to_do(shell: InteractiveShell) -> None:
    with pytest.raises(UsageError, match="no recording is open") as caught:
        run(shell, "%%what_if one\nreturns('charge', 1)")
    assert "%workbench open" in caught.value.hint


# --- completion ----------------------------------------------------------------------------------------------------


def offered(shell: Any, text: str) -> list[str]:
    with provisionalcompleter():  # as a kernel asks
        return [one.text for one in shell.Completer.completions(text, len(text))]


def test_what_is_offered(shell: InteractiveShell, log: Path) -> None:
    (log.parent / "folder").mkdir()
    (log.parent / "notes.txt").write_text("")
    assert "open" in offered(shell, "%workbench o")
    assert {"a.wlog", "folder/"} <= set(offered(shell, "%workbench open "))
    assert "notes.txt" not in offered(shell, "%workbench open ")
    assert "a.wlog" in offered(shell, "%workbench open a")
    assert "one" not in offered(shell, "%%what_if o")
    run(shell, f"rec = __import__('workbench').open({str(log)!r})")
    assert "one" in offered(shell, "%%what_if o")
    assert "two" not in offered(shell, "%%what_if o")
    assert "a.wlog" in offered(shell, "%%record a")


# --- a notebook ----------------------------------------------------------------------------------------------------


def test_in_a_notebook(tmp_path: Path) -> None:
    cells = [
        "%load_ext workbench",
        CELL,
        "%%record shop.wlog --id one\npay(3)",
        "@wb.workflow\nasync def waits(n):\n    return n",
        "%%record other.wlog\nwaits(3)",
        "rec = wb.open('shop.wlog')",
        "%%what_if one\nreturns('charge', 'ch_9')",
        UNBUILT,
        "%workbench open shop.wlog",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]  # it has no annotations
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = [output for cell in notebook.cells for output in cell.outputs]
    texts = [output.get("text", "") or output.data.get("text/plain", "") for output in shown]
    assert texts[0].startswith("recorded 1 run; rec is the recording\n  one · pay · COMPLETED")
    assert texts[1] == "'ch_3'"
    assert texts[3] == "3", "the kernel's own loop runs meanwhile"
    assert "completed with 'ch_9'" in texts[4]
    assert "application/vnd.jupyter.widget-view+json" in shown[-1].data
    assert "Debugger of one · pay · COMPLETED" in texts[-1]
