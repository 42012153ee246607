"""Hazards 26 and 27 in code: answers that nobody looks at, and answers that are always the first one."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.taped import has, has_not
from tests.story import Story

# fmt: off
# --- 26: errors that become nothing ----------------------------------------------------------------------------------
has(26, "step that logs every error and returns nothing", """
@wb.step(kind="read")
def humidity(room):
    try:
        return {"percent": 1 / (len(room) - len(room))}
    except Exception:
        logging.getLogger("museum").warning("no sensor in %s", room)
        return None

@wb.workflow
def flow(order):
    reading = humidity(order)
    store("humidity", reading)
""")
has_not(26, "nothing of a step that the code asks about", """
@wb.step(kind="read")
def humidity(room):
    try:
        return {"percent": 1 / (len(room) - len(room))}
    except Exception:
        return None

@wb.workflow
def flow(order):
    reading = humidity(order)
    if reading is None:
        return mail("guard", "sensor is down")
    store("humidity", reading)
""")
has_not(26, "every error logged and raised again", """
@wb.step(kind="read")
def humidity(room):
    try:
        return {"percent": 48}
    except Exception:
        logging.getLogger("museum").warning("no sensor in %s", room)
        raise

@wb.workflow
def flow(order):
    store("humidity", humidity(order))
""")
has_not(26, "nothing of a step that nobody uses", """
@wb.step(kind="idempotent")
def beat(room):
    try:
        return 1 / (len(room) - len(room))
    except Exception:
        return None

@wb.workflow
def flow(order):
    beat(order)
    return charge(order)
""")
has(26, "status of an answer of which another field decides", """
@wb.step(kind="read")
def loan(piece):
    return {"status": 503, "title": "Sunflowers"}

@wb.workflow
def flow(order):
    answer = loan(order)
    if answer["title"]:
        store(answer["title"], answer)
""")
has_not(26, "status of an answer that decides", """
@wb.step(kind="read")
async def loan(piece):
    return {"status": 404, "title": None}

@wb.workflow
async def flow(order):
    answer = await loan(order)
    match answer["status"]:
        case 404:
            return await look("the store room")
    return await look(answer["title"])
""")


@positive(26)
def reading_that_came_empty_once(story: Story) -> None:
    run = story.run("vault-9", workflow="climate")
    for celsius in (18.5, 18.6, None, 18.4):
        run.step("measure_temperature", kind="read", args=["vault 9"]).completed(celsius)
        run.step("plot_point", kind="idempotent", args=["vault 9", celsius]).completed()
    run.completed()


@negative(26)
def search_that_found_nobody(story: Story) -> None:
    run = story.run("tour-9", workflow="tours")
    for guide in ("ann", "bo", None, "cy"):
        run.step("find_guide", kind="read", args=["tour 9"]).completed(guide)
        run.step("print_plan", kind="idempotent", args=["tour 9", guide]).completed()
    run.completed()


@negative(26)
def calls_that_never_give_anything(story: Story) -> None:
    run = story.run("doors-9", workflow="doors")
    for door in range(3):
        run.step("lock_door", kind="idempotent", args=[door]).completed()
        run.step("note_time", kind="idempotent", args=[door, None]).completed()
    run.completed()


# --- 27: memos -------------------------------------------------------------------------------------------------------
has(27, "cached poll of a kiln", """
@functools.cache
def heat(kiln):
    return price(kiln)

@wb.workflow
def flow(order):
    tries = 0
    while heat(order) < 900 and tries < 3:
        wb.sleep(600)
        tries += 1
    return tries
""")
has(27, "poll that a dictionary answers", """
@wb.workflow
def flow(order):
    known = {}
    for turn in range(3):
        if order not in known:
            known[order] = price(order)
        if known[order] > 900:
            break
        wb.sleep(600)
    return known[order]
""")
has(27, "poll through the memory of an object", """
class Glaze:
    def __init__(self):
        self.seen = {}

    def of(self, kiln):
        try:
            return self.seen[kiln]
        except KeyError:
            self.seen[kiln] = price(kiln)
            return self.seen[kiln]

@wb.workflow
def flow(order):
    glaze = Glaze()
    for turn in range(3):
        if glaze.of(order) > 900:
            break
        wb.sleep(600)
""")
has_not(27, "cache asked about another kiln each time", """
@functools.cache
def heat(kiln):
    return price(kiln)

@wb.workflow
def flow(order):
    return charge(order, sum(heat(kiln) for kiln in CUSTOMERS))
""")
has_not(27, "cache that every turn empties", """
@functools.cache
def heat(kiln):
    return price(kiln)

@wb.workflow
def flow(order):
    for turn in range(3):
        heat.cache_clear()
        if heat(order) > 900:
            break
        wb.sleep(600)
""")
has_not(27, "dictionary by customer", """
@wb.workflow
def flow(order):
    known = {}
    for name in [*CUSTOMERS[:2], *CUSTOMERS[:2]]:
        if name not in known:
            known[name] = price(name)
    return charge(order, sum(known.values()))
""")
