"""The rules of lint: what each looks for, and which cause of divergence it stands for."""

from __future__ import annotations

from typing import NamedTuple

from workbench.analysis.cause import Cause

__all__ = ["CALLS", "KINDS", "READS", "RULES", "Rule"]


class Rule(NamedTuple):
    """One rule.

    Attributes:
        id: `WB101` …; what `# wb: ignore[…]` names. Never reused.
        cause: The cause of divergence that it warns of.
        title: What was found, in words; `{name}` is the name in the code.
    """

    id: str
    cause: Cause
    title: str


CLOCK = Rule("WB101", Cause.CLOCK, "{name} reads a clock that replay does not own")
RANDOM = Rule("WB102", Cause.RANDOM, "{name} draws a random value that is not recorded")
UUID = Rule("WB103", Cause.UUID, "{name} makes an id that is not recorded")
ENVIRONMENT = Rule("WB104", Cause.ENVIRONMENT, "{name} reads the environment, which may be another at replay")
GLOBAL = Rule("WB105", Cause.GLOBAL_STATE, "{name} is state outside the run, and something changes it")
SET_ORDER = Rule("WB106", Cause.HASH_ORDER, "{name} takes a set in the order of its hashes, another in every process")
IDENTITY = Rule("WB107", Cause.HASH_ORDER, "{name} differs from process to process")
ARRIVAL = Rule("WB108", Cause.CONCURRENCY, "{name} gives results in the order of arrival or of a set")
THREAD = Rule("WB109", Cause.OUTSIDE, "{name} starts a thread, whose order no log holds")
OUTSIDE = Rule("WB110", Cause.OUTSIDE, "{name} touches the world outside a step")
SWALLOWED = Rule("WB111", Cause.ERROR_HIDDEN, "{name} hides the signals with which a driver stops the workflow")
NOT_AWAITED = Rule("WB112", Cause.CONCURRENCY, "{name} is called and not awaited")
FORGOTTEN = Rule("WB113", Cause.CONCURRENCY, "{name} begins a task whose outcome nobody takes")

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        CLOCK, RANDOM, UUID, ENVIRONMENT, GLOBAL, SET_ORDER, IDENTITY, ARRIVAL, THREAD, OUTSIDE, SWALLOWED,
        NOT_AWAITED, FORGOTTEN,
    )
}  # fmt: skip
"""All rules by id."""

_RANDOM = (
    "betavariate choice choices expovariate gauss getrandbits normalvariate randbytes randint random randrange sample "
    "shuffle triangular uniform seed SystemRandom Random"
)
_HTTP = "get post put patch delete head request stream Session Client AsyncClient"
_TIME = "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time localtime gmtime ctime sleep"

CALLS: dict[str, Rule] = {
    **{f"time.{name}": CLOCK for name in _TIME.split()},
    **{f"datetime.datetime.{name}": CLOCK for name in ("now", "utcnow", "today")},
    "datetime.date.today": CLOCK,
    **{f"pandas.Timestamp.{name}": CLOCK for name in ("now", "utcnow", "today")},
    **dict.fromkeys(("arrow.now", "arrow.utcnow", "pendulum.now", "pendulum.today"), CLOCK),
    **{f"random.{name}": RANDOM for name in _RANDOM.split()},
    **{f"numpy.random.{name}": RANDOM for name in ("rand", "randn", "random", "randint", "choice", "shuffle")},
    "os.urandom": RANDOM,
    **{f"secrets.{name}": RANDOM for name in ("choice", "randbelow", "randbits", "token_bytes", "token_hex",
                                              "token_urlsafe")},
    **{f"uuid.{name}": UUID for name in ("uuid1", "uuid4", "uuid6", "uuid7", "getnode")},
    "os.getenv": ENVIRONMENT, "os.getcwd": ENVIRONMENT, "os.getpid": ENVIRONMENT, "socket.gethostname": ENVIRONMENT,
    "platform.node": ENVIRONMENT, "os.getppid": ENVIRONMENT, "os.getlogin": ENVIRONMENT, "os.cpu_count": ENVIRONMENT,
    "getpass.getuser": ENVIRONMENT, "socket.getfqdn": ENVIRONMENT, "pathlib.Path.cwd": ENVIRONMENT,
    "pathlib.Path.home": ENVIRONMENT, "os.path.expandvars": ENVIRONMENT, "os.path.expanduser": ENVIRONMENT,
    "platform.system": ENVIRONMENT, "platform.platform": ENVIRONMENT, "locale.getlocale": ENVIRONMENT,
    "id": IDENTITY, "hash": IDENTITY,
    "asyncio.as_completed": ARRIVAL, "concurrent.futures.as_completed": ARRIVAL,
    "str.__hash__": IDENTITY, "object.__hash__": IDENTITY, "object.__repr__": IDENTITY, "globals": GLOBAL,
    "_thread.start_new_thread": THREAD, "asyncio.run_coroutine_threadsafe": THREAD, "joblib.Parallel": THREAD,
    "anyio.to_thread.run_sync": THREAD, "asgiref.sync.sync_to_async": THREAD,
    "multiprocessing.pool.ThreadPool": THREAD, "multiprocessing.dummy.Pool": THREAD, "os.fork": THREAD,
    "threading.Thread": THREAD, "threading.Timer": THREAD, "asyncio.to_thread": THREAD,
    "concurrent.futures.ThreadPoolExecutor": THREAD, "concurrent.futures.ProcessPoolExecutor": THREAD,
    "multiprocessing.Process": THREAD, "multiprocessing.Pool": THREAD,
    "open": OUTSIDE, "input": OUTSIDE, "io.open": OUTSIDE, "os.system": OUTSIDE, "os.listdir": OUTSIDE,
    "urllib.request.urlopen": OUTSIDE, "socket.socket": OUTSIDE, "socket.create_connection": OUTSIDE,
    "sqlite3.connect": OUTSIDE, "asyncio.open_connection": OUTSIDE, "asyncio.create_subprocess_exec": OUTSIDE,
    "asyncio.create_subprocess_shell": OUTSIDE,
    **{f"subprocess.{name}": OUTSIDE for name in ("run", "Popen", "call", "check_call", "check_output")},
    "os.scandir": OUTSIDE, "os.walk": OUTSIDE, "os.stat": OUTSIDE, "os.path.exists": OUTSIDE, "os.path.isfile": OUTSIDE,
    "os.path.isdir": OUTSIDE, "os.path.getmtime": OUTSIDE, "os.path.getsize": OUTSIDE, "glob.glob": OUTSIDE,
    "codecs.open": OUTSIDE, "gzip.open": OUTSIDE, "shelve.open": OUTSIDE, "json.load": OUTSIDE, "pickle.load": OUTSIDE,
    "tomllib.load": OUTSIDE, "tomli.load": OUTSIDE, "toml.load": OUTSIDE, "pkgutil.get_data": OUTSIDE,
    "importlib.resources.read_text": OUTSIDE, "importlib.resources.read_binary": OUTSIDE,
    "dotenv.load_dotenv": ENVIRONMENT, "dotenv.dotenv_values": ENVIRONMENT, "decouple.config": ENVIRONMENT,
    **{f"pandas.read_{kind}": OUTSIDE for kind in ("csv", "excel", "json", "parquet", "sql")},
    **{f"requests.{name}": OUTSIDE for name in _HTTP.split()},
    **{f"httpx.{name}": OUTSIDE for name in _HTTP.split()},
}  # fmt: skip
"""What must not be called in a workflow, by its full name."""

READS: dict[str, Rule] = {
    "os.environ": ENVIRONMENT, "os.environb": ENVIRONMENT, "sys.argv": ENVIRONMENT, "sys.platform": ENVIRONMENT,
    "sys.path": ENVIRONMENT, "sys.stdin": OUTSIDE,
}  # fmt: skip
"""What must not be read in a workflow."""

KINDS: dict[str, Rule] = {
    "concurrent.futures._base.Executor": THREAD, "threading.Thread": THREAD, "multiprocessing.pool.Pool": THREAD,
    "multiprocessing.process.BaseProcess": THREAD, "random.Random": RANDOM, "numpy.random._generator.Generator": RANDOM,
}  # fmt: skip
"""What a workflow must not use, by its class: it was made before the run, or makes what `CALLS` forbids."""
