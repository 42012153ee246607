"""Hazard 12: a hash, or a place in memory, is the key of an order or of a choice; the text shows it with any seed."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(12, "sorted by hash", """
@wb.workflow
def flow(order):
    for name in sorted(CUSTOMERS, key=hash):
        mail(name)
""")
has(12, "smallest by hash", """
@wb.workflow
def flow(order):
    mail(min(CUSTOMERS, key=hash))
""")
has(12, "largest by hash and by name", """
@wb.workflow
def flow(order):
    mail(max(CUSTOMERS, key=lambda name: (hash(name), name)))
""")
has(12, "list sorted in place by hash", """
@wb.workflow
def flow(order):
    names = list(CUSTOMERS)
    names.sort(key=hash)
    for name in names:
        mail(name)
""")
has(12, "set sorted by a share of the hash", """
@wb.workflow
def flow(order):
    for name in sorted(set(CUSTOMERS), key=lambda name: hash(name) % 7):
        mail(name)
""")
has(12, "shard chosen by hash", """
@wb.workflow
def flow(order):
    store(f"shard-{hash(order) % 4}", order)
""")
has(12, "bucket of a helper", """
def bucket(name):
    return abs(hash(name)) % 10

@wb.workflow
def flow(order):
    if bucket(order) < 5:
        price("beta")
    return charge(order)
""")
has(12, "sorted by place in memory", """
@wb.workflow
def flow(order):
    parts = [object() for _ in range(3)]
    parts.sort(key=id)
    return charge(order, len(parts))
""")
has(12, "hash under another name", """
rank = hash

@wb.workflow
def flow(order):
    for name in sorted(CUSTOMERS, key=rank):
        mail(name)
""")
has(12, "hash asked of the text itself", """
@wb.workflow
def flow(order):
    for name in sorted(CUSTOMERS, key=str.__hash__):
        mail(name)
""")
has(12, "hash of a text and a number", """
@wb.workflow
def flow(order):
    store("key", hash((order, 3)))
""")
has(12, "grouped by hash", """
@wb.workflow
def flow(order):
    groups = {}
    for name in CUSTOMERS:
        groups.setdefault(hash(name) & 1, []).append(name)
    for name in groups.get(0, []):
        mail(name)
""")

has_not(12, "set sorted by itself", """
@wb.workflow
def flow(order):
    for name in sorted({name.title() for name in CUSTOMERS}):
        mail(name)
""")
has_not(12, "sorted without regard to case", """
@wb.workflow
def flow(order):
    for name in sorted(CUSTOMERS, key=str.lower):
        mail(name)
""")
has_not(12, "digest of hashlib", """
@wb.workflow
def flow(order):
    digest = hashlib.sha256(order.encode()).hexdigest()
    store(f"shard-{int(digest, 16) % 4}", order)
""")
has_not(12, "sorted by digest", """
def digest(name):
    return hashlib.md5(name.encode()).hexdigest()

@wb.workflow
def flow(order):
    for name in sorted(CUSTOMERS, key=digest):
        mail(name)
""")
has_not(12, "hash of a number", """
@wb.workflow
def flow(order):
    store("key", hash(42) + hash((1, 2)) + hash(len(order)))
""")
has_not(12, "hash in a step", """
@wb.step(kind="pure")
def shard(order) -> int:
    return hash(order) % 4

@wb.workflow
def flow(order):
    store(shard(order), order)
""")
has_not(12, "a field called hash, and an id", """
@dataclass
class Block:
    hash: str
    id: int

@wb.workflow
def flow(order):
    blocks = [Block("b", 2), Block("a", 1)]
    for block in sorted(blocks, key=lambda block: (block.hash, block.id)):
        store(block.hash, block.id)
""")
