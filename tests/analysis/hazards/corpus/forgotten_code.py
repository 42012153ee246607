"""Hazards 25 and 26, as the source shows them: calls that nobody awaits, errors that nobody sees."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(25, "step of an async workflow not awaited", """
@wb.workflow
async def flow(order):
    if order == "other":
        look("forgotten")
    return await look(order)
""")
has(25, "sleep not awaited", """
@wb.workflow
async def flow(order):
    if order == "other":
        wb.sleep(60)
    return await look(order)
""")
has_not(25, "both awaited", """
@wb.workflow
async def flow(order):
    await wb.sleep(1)
    return await look(order)
""")
has_not(25, "task awaited later", """
@wb.workflow
async def flow(order):
    first = asyncio.create_task(look("air"))
    await look("rail")
    await first
""")
has(26, "bare except", """
@wb.workflow
def flow(order):
    try:
        price(order)
    except:
        pass
    return charge(order)
""")
has(26, "base exception caught", """
@wb.workflow
def flow(order):
    try:
        return charge(order)
    except BaseException:
        return "failed"
""")
has(26, "base exception among others", """
@wb.workflow
async def flow(order):
    try:
        return await look(order)
    except (ValueError, BaseException) as error:
        return str(error)
""")
has_not(26, "caught and raised again", """
@wb.workflow
def flow(order):
    try:
        return charge(order)
    except BaseException:
        logging.getLogger("shop").debug("failed")
        raise
""")
has_not(26, "one error, and handled", """
@wb.workflow
def flow(order):
    try:
        return charge(order)
    except ValueError:
        return mail("anna", "sorry")
""")
has_not(26, "finally without except", """
@wb.workflow
def flow(order):
    try:
        return charge(order)
    finally:
        store(order)
""")
