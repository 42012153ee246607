// Made by `python -m workbench.debugger.typescript` from workbench/debugger/wire: change that, not this.

export type Action = "resume" | "retry_from" | "rerun" | "compensate"

export type Change = "same" | "arguments" | "outcome" | "inserted" | "deleted"

export type DType = "f64" | "u32" | "i32" | "u16" | "u8"

export type Deed = "done" | "planned" | "surprise" | "untouched"

export type Does = "reads" | "executes" | "undoes"

export type Isolation = "jail" | "hook" | "none"

export type Kind = "pure" | "read" | "idempotent" | "keyed" | "compensatable" | "write"

export type LaneSort = "step" | "timer" | "signal" | "child" | "undo" | "other"

export type LogState = "whole" | "torn" | "rotten" | "unvouched"

export type NodeSort =
  | "none"
  | "bool"
  | "int"
  | "float"
  | "text"
  | "bytes"
  | "instant"
  | "list"
  | "map"
  | "object"
  | "error"
  | "enum"
  | "redacted"
  | "opaque"
  | "cut"

export type OutcomeWord = "completed" | "failed" | "needs" | "diverged" | "cut"

export type Role = "outcome" | "cause" | "source" | "between" | "effect" | "hazard" | "unknown"

export type Safety = "SAFE" | "CHECK" | "UNSAFE"

export type Severity = "note" | "warning" | "danger"

export type Sight = "log" | "replay" | "source"

export type Source = "" | "recorded" | "edited" | "supplied" | "virtual" | "live"

export type State =
  | "committed"
  | "failed"
  | "in_doubt"
  | "retried"
  | "compensated"
  | "compensation_in_doubt"
  | "compensation_failed"
  | "not_started"
  | "edited"
  | "supplied"
  | "waiting"

export type Status =
  | "running"
  | "completed"
  | "failed"
  | "interrupted"
  | "cancelled"
  | "compensated"
  | "unknown"

export type Sureness = "proved" | "likely" | "possible"

export type Engine = string

/** By the numbers of buffers. */
export const STATES: readonly State[] = ["committed", "failed", "in_doubt", "retried", "compensated", "compensation_in_doubt", "compensation_failed", "not_started", "edited", "supplied", "waiting"]

/** By the numbers of buffers. */
export const STATUSES: readonly Status[] = ["running", "completed", "failed", "interrupted", "cancelled", "compensated", "unknown"]

/** By the numbers of buffers. */
export const SOURCES: readonly Source[] = ["", "recorded", "edited", "supplied", "virtual", "live"]

/** By the numbers of buffers. */
export const CHANGES: readonly Change[] = ["same", "arguments", "outcome", "inserted", "deleted"]

/** By the numbers of buffers. */
export const SAFETIES: readonly Safety[] = ["SAFE", "CHECK", "UNSAFE"]

/** Names and types of the buffers of each answer that has any, in their order. */
export const COLUMNS = {
  runs: [
    { name: "started_ms", dtype: "f64" },
    { name: "ended_ms", dtype: "f64" },
    { name: "recoveries", dtype: "u32" },
    { name: "steps", dtype: "u32" },
    { name: "events", dtype: "u32" },
    { name: "workflow", dtype: "u32" },
    { name: "status", dtype: "u8" },
    { name: "error_type", dtype: "u32" },
    { name: "origin", dtype: "u32" },
  ],
  events: [
    { name: "seq", dtype: "f64" },
    { name: "time_ms", dtype: "f64" },
    { name: "type", dtype: "u8" },
    { name: "lane", dtype: "i32" },
    { name: "attempt", dtype: "u16" },
    { name: "position", dtype: "u32" },
    { name: "tag", dtype: "u32" },
    { name: "path", dtype: "u32" },
    { name: "path_end", dtype: "u32" },
  ],
  spans: [
    { name: "start_ms", dtype: "f64" },
    { name: "end_ms", dtype: "f64" },
    { name: "lane", dtype: "u32" },
    { name: "state", dtype: "u8" },
    { name: "open", dtype: "u8" },
    { name: "attempt", dtype: "u16" },
    { name: "note", dtype: "u32" },
    { name: "seq_begin", dtype: "f64" },
    { name: "seq_end", dtype: "f64" },
  ],
  source: [
    { name: "seq", dtype: "f64" },
    { name: "file", dtype: "u16" },
    { name: "line", dtype: "u32" },
    { name: "function", dtype: "u16" },
  ],
  replay: [
    { name: "seq", dtype: "f64" },
    { name: "row", dtype: "i32" },
    { name: "type", dtype: "u8" },
    { name: "lane", dtype: "i32" },
    { name: "time_ms", dtype: "f64" },
    { name: "file", dtype: "u16" },
    { name: "line", dtype: "u32" },
    { name: "function", dtype: "u16" },
    { name: "depth", dtype: "u8" },
    { name: "source", dtype: "u8" },
    { name: "changed", dtype: "u16" },
  ],
  diff: [
    { name: "what", dtype: "u8" },
    { name: "left_seconds", dtype: "f64" },
    { name: "right_seconds", dtype: "f64" },
  ],
} as const

/** One buffer of an answer. */
export interface Column {
  /** What its numbers are. */
  name: string
  /** Their type, little-endian. */
  dtype: DType
  /** How many. */
  count: number
}

/** A value that a person gives; exactly one of the fields. */
export interface Value {
  /** Text of a JSON document. Plain data is turned into the type that the step returns. */
  json?: string
  /** Number of an event of this recording whose recorded result it is. */
  seq?: number
  /** Number of a suggestion at the frontier of the parent branch. */
  suggestion?: number
}

/** An error that a person gives. */
export interface ErrorValue {
  /** Name of its class: a built-in one (`"TimeoutError"`), or one that this recording holds, by its name alone or with its module (`"shop.errors.Declined"`). */
  type: string
  /** Its one argument; `""` for none. */
  message?: string
  /** Module of the class; `""` to look it up. */
  module?: string
}

/** One thing that is pretended, in the words of `Branch`; fields that its `edit` does not name are left out. */
export interface Edit {
  /** What is pretended. `answer` supplies what the frontier of the parent asks for. */
  edit?: "returns" | "raises" | "delays" | "drops" | "signals" | "shifts_clock" | "crashes" | "input" | "answer"
  /** `returns raises delays drops crashes`: name of the step, signal or child; or see `seq`, `position`. */
  step?: string
  /** The same, by number of an event of the call; `signals shifts_clock`: number of the event after which it holds; `crashes`: with no `step`, number of the last event that is in the log. */
  seq?: number
  /** The how-manieth call of that name, from 1; 0 for what the run made. */
  occurrence?: number
  /** Which call, by position: `"3.1"`. */
  position?: string
  /** `returns signals answer`: the value. */
  value?: Value
  /** `raises answer`: the error. */
  error?: ErrorValue
  /** `delays`: how much later; `shifts_clock`: what is added to each reading. */
  seconds?: number
  /** `signals`: name of the signal. */
  name?: string
  /** `crashes`: at what point of the call; `during` by default. */
  when?: "before" | "during" | "after"
  /** `input`: JSON text of a list of positional arguments. */
  args?: string
  /** `input`: JSON text of an object of keyword arguments. */
  kwargs?: string
  /** Only in answers: the edit as branches are saved, base64; given back alone, it is that edit. */
  document?: string
}

/** Replay the run's code, without acting, under edits: a new branch. */
export interface ReplayQuestion {
  ask: "replay"
  /** The run. */
  run_id: string
  /** What is pretended besides the edits of the parent; none replays the run as it was. */
  edits: Edit[]
  /** Whether to stop at each line of the workflow's code, too; not by default. */
  lines?: boolean
  /** The branch that it goes on from; the recorded run by default. */
  parent?: string
}

/** One stop of a branch: stack and locals. */
export interface StopQuestion {
  ask: "stop"
  /** Id of the branch. */
  branch: string
  /** Number of the stop, from 0. */
  index: number
}

/** The value of an expression at every stop of a branch where it changes. */
export interface WatchQuestion {
  ask: "watch"
  /** Id of the branch. */
  branch: string
  /** Python over the names that are seen there; it makes no calls of the workflow and does not act. */
  expression: string
}

/** One side of a comparison: a branch, or a recorded run. */
export interface Side {
  /** The run. */
  run_id: string
  /** A branch of it; the recorded run by default. */
  branch?: string
}

/** Two runs or branches, aligned call by call. */
export interface DiffQuestion {
  ask: "diff"
  /** The one that things are compared with. */
  left: Side
  /** The other. */
  right: Side
  /** Number of the first row whose texts are wanted; the first difference less 20 by default. */
  start?: number
  /** How many rows with texts at most; 500 by default, 5,000 at most. */
  count?: number
}

/** The tree of branches: those that this desk holds, and those that are saved beside the recording. */
export interface BranchesQuestion {
  ask: "branches"
  /** The run. */
  run_id: string
}

/** Save a branch beside the recording. */
export interface SaveQuestion {
  ask: "save"
  /** Id of the branch. */
  branch: string
  /** Under which it is saved. */
  name: string
}

/** What is this recording, and what may be done here? */
export interface HelloQuestion {
  ask: "hello"
}

/** Every run of the recording. */
export interface RunsQuestion {
  ask: "runs"
}

/** How runs stand and what may be done with them. */
export interface TriageQuestion {
  ask: "triage"
  /** Those asked about; all by default, in the order of `runs`. */
  run_ids?: string[]
  /** Number of the first one wanted; 0 by default. */
  start?: number
  /** How many at most; 2,000 by default and at most 20,000. */
  count?: number
}

/** The headline of one run. */
export interface RunQuestion {
  ask: "run"
  /** The run; may be `""` where the recording holds only one. */
  run_id: string
}

/** The events of one run, in log order. */
export interface EventsQuestion {
  ask: "events"
  /** The run. */
  run_id: string
  /** Number of the first event wanted, counted in this run from 0; 0 by default. */
  start?: number
  /** How many at most; all by default. */
  count?: number
}

/** What the timeline draws. */
export interface SpansQuestion {
  ask: "spans"
  /** The run. */
  run_id: string
  /** A branch of it, on the clock of the branch; the recorded run by default. */
  branch?: string
}

/** The payload of one event, or more of one of its values. */
export interface PayloadQuestion {
  ask: "payload"
  /** The run. */
  run_id: string
  /** Number of the event. */
  seq: number
  /** Numbers of children that lead from the root to a value; the root by default. */
  path?: number[]
  /** Number of the first child of that value wanted; 0 by default. */
  start?: number
}

/** Recorded source texts, and the line at which each call was made. */
export interface SourceQuestion {
  ask: "source"
  /** The run. */
  run_id: string
  /** Only this file's text; all by default. */
  file?: string
  /** Also the texts that this branch ran, where they are others. */
  branch?: string
  /** Number of the first event, counted in this run, whose line is wanted; 0 by default. */
  start?: number
  /** How many events at most; 100,000 by default and at most: lines stand in the payloads. */
  count?: number
}

/** Why the run ended as it did, or where it stands. */
export interface WhyQuestion {
  ask: "why"
  /** The run. */
  run_id: string
}

/** Failure modes found in the run. */
export interface HazardsQuestion {
  ask: "hazards"
  /** The run. */
  run_id: string
}

/** Which later call used which earlier result. */
export interface ProvenanceQuestion {
  ask: "provenance"
  /** The run. */
  run_id: string
  /** Only values that this event gave or used; all by default. */
  seq?: number
}

/** What may be done with the run. */
export interface VerdictQuestion {
  ask: "verdict"
  /** The run. */
  run_id: string
  /** A step that must have a `retry_from` row: label, name or position. */
  from_step?: string
}

/** What an action would do: the dry run. */
export interface PlanQuestion {
  ask: "plan"
  /** The run. */
  run_id: string
  /** The action. */
  action: Action
  /** `retry_from`: the step to begin with; `compensate`: the step down to which to undo. Label, name or position; the best one, or all, by default. */
  from_step?: string
  /** Ids of objections to act in spite of. */
  accept?: string[]
}

/** Do it, in this process. The decision is written into the log first. */
export interface ActQuestion {
  ask: "act"
  /** The run. */
  run_id: string
  /** The action. */
  action: Action
  /** See `PlanQuestion`. */
  from_step?: string
  /** Ids of objections to act in spite of. */
  accept?: string[]
  /** On what grounds; for the log. */
  why?: string
  /** Who decides; the user of the process by default. */
  by?: string
}

/** Ask the probes of steps in doubt: read-only questions to the outside, asked now. */
export interface ProbeQuestion {
  ask: "probe"
  /** The run. */
  run_id: string
  /** Label, name or position; every step in doubt that has a probe by default. */
  step?: string
  /** Whether to write the answers into the log; not by default. */
  record?: boolean
  /** On what grounds, for the log. */
  why?: string
}

/** Say what became of a step in doubt, or of its undo. */
export interface ResolveQuestion {
  ask: "resolve"
  /** The run. */
  run_id: string
  /** Label, name or position. */
  step: string
  /** Number of its intent, where the label means several executions; see `Doubt.seq`. */
  seq?: number
  /** Whether the step acted; of one that returned, whether another attempt of it acted as well. This or `undone`. */
  happened?: boolean
  /** Whether the step is undone: by an undo in doubt, or by hand. */
  undone?: boolean
  /** What the step returned, when it did; `None` by default. */
  result?: Value
  /** On what evidence. */
  why?: string
  /** Who says so; the user of the process by default. */
  by?: string
}

/** What people decided about the run. */
export interface DecisionQuestion {
  ask: "decision"
  /** The run. */
  run_id: string
}

/** What was appended to the recording since: events that another process writes. */
export interface FollowQuestion {
  ask: "follow"
  /** The run whose new events are wanted; `""` for none, only how much there is. */
  run_id?: string
  /** The last number of an event that the asker has; 0 for none. */
  since_seq: number
}

/** What this desk may do. */
export interface May {
  /** Import and run code of workflows, without acting: replay, watch, plans judged by a dry replay. */
  replay: boolean
  /** Act on runs, settle doubts, save branches: change what lies on disk or in the world. */
  act: boolean
}

/** One log of the recording. */
export interface Log {
  /** Where it was read from. */
  origin: string
  /** The system that wrote it: `native`, `temporal`, `dbos` … */
  engine: string
  /** How it was found. */
  state: LogState
  /** What is wrong with it, in words, and what that means; `""` for nothing. */
  sentence: string
  /** A process is writing it now. */
  live: boolean
}

/** What this recording is, and what may be done here. */
export interface HelloAnswer {
  /** Of the Python package; the app is of the same one. */
  version: string
  /** The first logs of the recording, at most 50. */
  logs: Log[]
  /** How many there are. */
  log_count: number
  /** How many runs. */
  run_count: number
  /** How many events; of logs that are opened one by one as far as is known. */
  event_count: number
  /** The run that the host wants to be shown; `""` for the list of runs. */
  run_id: string
  /** What this desk may do. */
  may: May
  /** What stands behind the structure that never acts while code is replayed. */
  isolation: Isolation
}

/**
 * Every run. Buffers: `COLUMNS["runs"]`, one number per run.
 *
 * `workflow`, `status`, `error_type`, `origin` are numbers into the tables of that name. `recoveries`, `steps`,
 * `events` are counts.
 */
export interface RunsAnswer {
  /** The buffers. */
  columns: Column[]
  /** Ids, in the order of the buffers. */
  run_ids: string[]
  /** `""` for none. */
  business_keys: string[]
  /** Message of the error that ended it, bounded; `""` for none. */
  errors: string[]
  /** Table of workflow names; `""` where the beginning is not in the log. */
  workflows: string[]
  /** Table of states of a run. */
  statuses: Status[]
  /** Table of error classes; the first is `""`. */
  error_types: string[]
  /** Table of logs. */
  origins: string[]
}

/** How one run stands. */
export interface TriageRow {
  /** The run. */
  run_id: string
  /** Where it stands. */
  status: Status
  /** Label of the step where it hurts: `"charge (3)"`; `""` for none. */
  failing_step: string
  /** Class of the error there; `""` for none. */
  error_type: string
  /** Ids of the hazards found. */
  hazards: string[]
  /** The preferred SAFE action; `""` when none is SAFE or none is needed. */
  best: Action | string
  /** `retry_from`: the step; `""` for other actions. */
  from_step: string
  /** Of the best action, or of the least bad one. */
  safety: Safety
  /** Why. */
  because: string
  /** Money at risk or outstanding, in units of the currency; 0 for none. */
  at_stake: number
  /** Its currency; `""` for none. */
  currency: string
  /** The log. */
  origin: string
}

/** How runs stand. */
export interface TriageAnswer {
  /** One per run. */
  rows: TriageRow[]
  /** Number of the first one among those asked about. */
  start: number
  /** How many were asked about. */
  total: number
}

/** One lane of the timeline: all calls of one name. */
export interface Lane {
  /** Its name: of a step, signal or child; `"timer"` for timers. */
  name: string
  /** What is called so. */
  sort: LaneSort
  /** What repeating the step does; `write` for all else. */
  kind: Kind
  /** Nobody declared the kind. */
  assumed: boolean
  /** Its kind acts on the world. */
  acts: boolean
  /** Name of its undo; `""` for none. */
  undo: string
  /** Name of the question that settles a doubt; `""` for none. */
  probe: string
}

/** Another run that has to do with this one. */
export interface Child {
  /** Its id. */
  run_id: string
  /** `child`, `parent`, `continued as`, `same key`. */
  why: string
}

/** The headline of one run. */
export interface RunAnswer {
  /** The run. */
  run_id: string
  /** Name of its code; `""` when its beginning is not in the log. */
  workflow: string
  /** Where it stands. */
  status: Status
  /** `""` for none. */
  business_key: string
  /** When it began, ms since the epoch; `None` when that is not in the log. */
  started_ms: number | null
  /** When it ended; `None` while it is open. */
  ended_ms: number | null
  /** Class of the error that ended it; `""` for none. */
  error_type: string
  /** Its message, bounded. */
  error: string
  /** How often it went on in a new process. */
  recoveries: number
  /** How many steps. */
  steps: number
  /** How many events. */
  events: number
  /** Number of its first event; 0 for none. */
  first_seq: number
  /** Number of its last event. */
  last_seq: number
  /** Its lanes in order of first appearance; the numbers in `lane` buffers count these. */
  lanes: Lane[]
  /** The system that wrote it. */
  engine: string
  /** The log. */
  origin: string
  /** Where its code is: `module:qualname`; `""` for unknown. */
  code: string
  /** Code can be replayed against runs of this engine. */
  replays: boolean
  /** Runs that have to do with it, at most 50. */
  kin: Child[]
  /** What its reader took for granted. */
  assumed: string[]
}

/**
 * Events of one run. Buffers: `COLUMNS["events"]`, one number per event but for `path` and `path_end`.
 *
 * `type` is a number of `EVENT_TYPES`. `lane` counts `names`: those below `lanes` are lanes of the timeline, the
 * others are names of events of the whole run; -1 for no name. `attempt` is 0 where attempts do not apply. `tag`
 * counts `tags`. `position` counts positions: that of number n is `path[path_end[n - 1] : path_end[n]]` (from 0 for
 * the first one), written with dots; an empty one stands for the whole run. Each answer has tables of its own: its
 * numbers of names, tags and positions mean nothing in another.
 */
export interface EventsAnswer {
  /** The buffers. */
  columns: Column[]
  /** The run. */
  run_id: string
  /** Number of the first event in this answer, counted in the run from 0. */
  start: number
  /** How many events the run has. */
  total: number
  /** Names of lanes, then other names of events. */
  names: string[]
  /** How many of the names are lanes. */
  lanes: number
  /** Error classes; the first is `""`. */
  tags: string[]
}

/** The run went on in a new process. */
export interface Break {
  /** Time of the last event before. */
  from_ms: number
  /** When it went on. */
  to_ms: number
  /** Number of the event that says so. */
  seq: number
  /** `"recovered after 47 min"`. */
  text: string
}

/** A stretch in which nothing was recorded: what the compressed time axis cuts out. */
export interface Gap {
  /** Time of the event before. */
  from_ms: number
  /** Time of the event after; earlier than `from_ms` where the clock went back. */
  to_ms: number
  /** How long, in words. */
  text: string
}

/**
 * What the timeline draws. Buffers: `COLUMNS["spans"]`, one number per stretch, in the order of their beginnings.
 *
 * `lane` counts `lanes` of `run` (of the branch: `lanes` here). `state` counts `STATES`. `open` is 1 where nothing
 * says how it ended. `attempt` is 0 where attempts do not apply. `note` counts `notes`. `seq_begin` and `seq_end` are
 * the events (of a branch: recorded events, 0 beyond the log) at its ends; `seq_end` is 0 for an open one.
 */
export interface SpansAnswer {
  /** The buffers. */
  columns: Column[]
  /** The run. */
  run_id: string
  /** The branch; `""` for the recorded run. */
  branch: string
  /** Names of the lanes. */
  lanes: string[]
  /** Errors and remarks; the first is `""`. */
  notes: string[]
  /** Recoveries. */
  breaks: Break[]
  /** Long silences, the longest 200. */
  gaps: Gap[]
}

/** A value of a payload, as text. */
export interface Node {
  /** What it is. */
  sort: NodeSort
  /** The value, or for those with children a short preview. Bounded; controls are written out. */
  text: string
  /** Under which its parent holds it; `""` at the root and for items of lists. */
  key: string
  /** Class name of a recorded object, error or enum; `tuple`, `set` … of a list; `Decimal` … of a number. */
  type?: string
  /** Number of children, or of characters or bytes of a longer text; 0 where that does not apply. */
  size: number
  /** Children in this answer. */
  items?: Node[]
  /** Number of the first of them. */
  start?: number
  /** There are more children, or more of the text, than this answer holds: ask for the path. */
  more: boolean
  /** JSON text of the value, where it is small and plain enough to be copied or edited as such. */
  json?: string
}

/** The payload of one event. */
export interface PayloadAnswer {
  /** The run. */
  run_id: string
  /** Number of the event. */
  seq: number
  /** Its type. */
  event: string
  /** Its name; `""` for none. */
  name: string
  /** Its position; `""` for the whole run. */
  position: string
  /** When. */
  time_ms: number
  /** Of the value in `node`. */
  path: number[]
  /** The value. Of the whole payload an object with `args`, `kwargs`, `result` … */
  node: Node
  /** Number of the child of the payload that is the result, error or value of the call; -1 for none. */
  value: number
  /** Why the payload cannot be read; `""` where it can. */
  error: string
}

/** One source file. */
export interface SourceFile {
  /** Its name, as the interpreter knew it. */
  file: string
  /** Its last part, for headings. */
  short: string
  /** Importable module name, or `__main__`. */
  module: string
  /** Its text when the run was recorded; `None` where it was not recorded, or not asked for. */
  recorded: string | null
  /** Its text as the branch ran it, where that is another; `None` where it is not. */
  ran: string | null
  /** What changed, as a unified diff; `""` for nothing. */
  diff: string
}

/**
 * Source texts, and the line of each call. Buffers: `COLUMNS["source"]`, one number per call whose line is known.
 *
 * `file` counts `files`; `line` is 1-based; `function` counts `functions`.
 */
export interface SourceAnswer {
  /** The buffers. */
  columns: Column[]
  /** The run. */
  run_id: string
  /** The files. */
  files: SourceFile[]
  /** Names of functions. */
  functions: string[]
  /** Number of the first event looked at. */
  start: number
  /** How many events the run has. */
  total: number
}

/** What was appended. Buffers: those of `events`, for the new events of the run; none where there are none. */
export interface FollowAnswer {
  /** The buffers. */
  columns: Column[]
  /** There is something new in the recording. */
  grew: boolean
  /** How many runs there are now. */
  run_count: number
  /** How many events there are now. */
  event_count: number
  /** The new events of the run, as `EventsAnswer` has them; `None` where there are none. */
  events: EventsAnswer | null
  /** Its headline now; `None` where nothing is new. */
  run: RunAnswer | null
  /** The logs now, at most 50. */
  logs: Log[]
}

/** One edit of a branch. */
export interface EditWords {
  /** In words: `charge_card returns …`. */
  text: string
  /** It, to be given back; it holds only `document`. */
  edit: Edit
  /** No call met it. */
  unused: boolean
}

/** An answer that could be given at the frontier. */
export interface Suggestion {
  /** By which `Value.suggestion` names it. */
  number: number
  /** Bounded text of the value. */
  text: string
  /** It is an example of the expected type; nothing in the recording says it. */
  made_up: boolean
  /** The value. */
  node: Node
}

/** The call that a branch waits for. */
export interface Frontier {
  /** The call as one would write it: `charge_card(order='42')`; `""` when a secret is missing. */
  call: string
  /** Its step, signal or child. */
  name: string
  /** What is asked: `call_step`, `await_signal` … */
  verb: string
  /** Where. */
  position: string
  /** The type that the answer should have, as text; `""` for unknown. */
  expects: string
  /** What could be answered, best first. */
  suggestions: Suggestion[]
  /** Further calls without an answer, made side by side. */
  others: string[]
  /** One sentence. */
  why: string
  /** An `answer` edit can go on from here. */
  answerable: boolean
}

/** The first difference between code and log. */
export interface Divergence {
  /** Where. */
  position: string
  /** What the log holds there. */
  recorded: string
  /** What the code asked for. */
  asked: string
  /** Number of the event that the log holds there; 0 for none. */
  seq: number
  /** In words. */
  text: string
}

/** How a branch ended. */
export interface Outcome {
  /** One word. */
  word: OutcomeWord
  /** In words. */
  text: string
  /** `failed`: class of what it raised; `""` otherwise. */
  error_type: string
  /** `needs`: what it waits for; `None` otherwise. */
  frontier: Frontier | null
  /** `diverged`: the difference; `None` otherwise. */
  divergence: Divergence | null
}

/**
 * A branch. Buffers: `COLUMNS["replay"]`, one number per stop, in order; a stop is named by its number from 0.
 *
 * `seq` is the recorded event of the stop, 0 beyond the log and at lines; `row` its number in the run, -1 for none.
 * `type` is a number of `EVENT_TYPES`, 0 for a stop at a line. `lane` counts `lanes`, -1 for none. `time_ms` is by
 * the clock of the branch. `file` counts `files` and `function` counts `functions`: the innermost user frame; `line`
 * is 1-based, 0 where no user code runs, and `depth` the number of user frames (at most 255). `source` counts
 * `SOURCES`. `changed` is the number of locals that changed.
 */
export interface ReplayAnswer {
  /** The buffers. */
  columns: Column[]
  /** Its id, for later questions. The desk keeps the last ones; an id that it let go is an error that says to replay again. */
  branch: string
  /** The run. */
  run_id: string
  /** The branch that it was made from; `""` for the recorded run. */
  parent: string
  /** Under which it is saved; `""` for a branch that is not. */
  name: string
  /** All that is pretended. */
  edits: EditWords[]
  /** It stops at lines, too. */
  lines: boolean
  /** How many stops. */
  stops: number
  /** How it ended. */
  outcome: Outcome
  /** What stood behind the structure that never acts. */
  isolation: Isolation
  /** Number of the first stop that is not as recorded; -1 where all are. */
  first_difference: number
  /** Table of source files. */
  files: string[]
  /** Table of functions. */
  functions: string[]
  /** Table of names. */
  lanes: string[]
}

/** One local variable. */
export interface Local {
  /** Its name. */
  name: string
  /** Bounded text of its value. */
  text: string
  /** It changed since the last stop in that function. */
  changed: boolean
  /** Number of the stop at which it last changed; -1 for unknown. */
  changed_at: number
}

/** One user function on the stack. */
export interface Frame {
  /** Its file. */
  file: string
  /** 1-based. */
  line: number
  /** Its name. */
  function: string
  /** Its variables. */
  locals: Local[]
}

/** One stop of a branch. */
export interface StopAnswer {
  /** The branch. */
  branch: string
  /** Number of the stop. */
  index: number
  /** Its recorded event; 0 for none. */
  seq: number
  /** Event type, or `Line`. */
  event: string
  /** Where in the program. */
  position: string
  /** Step, signal or child. */
  name: string
  /** What was asked or answered, in words. */
  note: string
  /** Where the answer came from; `""` for questions. */
  source: Source
  /** By the clock of the branch. */
  time_ms: number
  /** User frames, innermost first. */
  stack: Frame[]
}

/** What a watched expression became at one stop. */
export interface Sighting {
  /** Number of the stop. */
  index: number
  /** Bounded text; `None` where it cannot be evaluated. */
  text: string | null
  /** Why not; `""` where it can. */
  error: string
}

/** A watched expression: only the stops at which it changed. */
export interface WatchAnswer {
  /** The branch. */
  branch: string
  /** The expression. */
  expression: string
  /** In order of the stops; at most 10,000. */
  values: Sighting[]
  /** There are more. */
  more: boolean
}

/** One pair of calls, or one that only one side has. */
export interface DiffRow {
  /** How they differ. */
  what: Change
  /** On the right where it is there, else on the left. */
  position: string
  /** Name of the call. */
  name: string
  /** Outcome on the left as bounded text (for `arguments` the arguments); `""` for none. */
  left: string
  /** The same on the right. */
  right: string
  /** How much longer it took on the right; `None` where that is not known. */
  seconds_more: number | null
}

/**
 * Two sides aligned. Buffers: `COLUMNS["diff"]`, one number per row.
 *
 * `what` counts `CHANGES`; seconds are NaN where a call is not there or took no known time.
 */
export interface DiffAnswer {
  /** The buffers. */
  columns: Column[]
  /** Where the two part, in words. */
  text: string
  /** Number of the row of the first difference; -1 where there is none. */
  first: number
  /** How many rows. */
  total: number
  /** Number of the first row in `rows`. */
  start: number
  /** Rows with their texts. */
  rows: DiffRow[]
}

/** One branch. */
export interface BranchRow {
  /** Its id at this desk; `""` for one that is only saved: replay it by its edits. */
  branch: string
  /** Its saved name; `""` for none. */
  name: string
  /** Id or saved name of the branch that it was made from; `""` for the recorded run. */
  parent: string
  /** What is pretended. */
  edits: EditWords[]
  /** One word; `""` where it was not replayed here. */
  outcome: OutcomeWord | ""
  /** Where its code is: `module:qualname`. */
  code: string
}

/** The tree of branches. */
export interface BranchesAnswer {
  /** The run. */
  run_id: string
  /** Those of this desk, oldest first, then those that are only saved. */
  branches: BranchRow[]
  /** Why saved branches cannot be read; `""` where they can. */
  error: string
}

/** A saved branch. */
export interface SaveAnswer {
  /** Its id. */
  branch: string
  /** Its name. */
  name: string
  /** Where it stands. */
  file?: string
}

/** One sentence. */
export interface Clause {
  /** What it tells. */
  role: Role
  /** The sentence, without event numbers. */
  text: string
  /** Label of the call that it is about; `""` for the whole run. */
  step: string
  /** Numbers of the events that show it, the decisive one first. */
  seqs: number[]
  /** When that happened. */
  time_ms: number
  /** The run that it is about: this one, or a child run. */
  run_id: string
}

/** Why it ended so, or where it stands. */
export interface WhyAnswer {
  /** The run. */
  run_id: string
  /** Sentences, in order. */
  clauses: Clause[]
  /** All of it as text. */
  text: string
}

/** One instance of a failure mode; a pin of the timeline stands at the first of its events. */
export interface Finding {
  /** By which a person accepts it. */
  id: string
  /** Id of the failure mode. */
  hazard: string
  /** Its name. */
  title: string
  /** How bad it is. */
  severity: Severity
  /** What its detector looked at. */
  sight: Sight
  /** Numbers of the events that show it, the decisive one first. */
  seqs: number[]
  /** What was seen. */
  evidence: string
  /** Why it happens and what it does. */
  explanation: string
  /** What to do, with code. */
  fix: string
  /** When it is no trouble; `""` for never. */
  false_alarm_if: string
  /** 0 to 1. */
  confidence: number
  /** Labels of the steps that it touches. */
  steps: string[]
  /** `file:line` in the code; `""` for none. */
  at: string
}

/** Failure modes found, the worst first. */
export interface HazardsAnswer {
  /** The run. */
  run_id: string
  /** What was found, at most 500. */
  findings: Finding[]
  /** How many were found. */
  total: number
  /** The code was replayed to look for those that only code shows. */
  with_code: boolean
}

/** One use of an earlier value. */
export interface Link {
  /** Event that gave the value. */
  from_seq: number
  /** Its call: `"log_in (1)"`, or `"run"` for the arguments. */
  from_step: string
  /** JSON path in its payload. */
  from_path: string
  /** Event that used it. */
  to_seq: number
  /** Its call, or `"run"` for the end of the run. */
  to_step: string
  /** JSON path there. */
  to_path: string
  /** Bounded text; a redacted secret by its fingerprint. */
  value: string
  /** 0 to 1, how sure it is that the value was taken from there. */
  confidence: number
  /** Proven by a replay. */
  exact: boolean
}

/** Where values came from. */
export interface ProvenanceAnswer {
  /** The run. */
  run_id: string
  /** In the order of the uses, at most 2,000. */
  links: Link[]
  /** There are more: ask about one event. */
  more: boolean
}

/** One thing that speaks against an action. */
export interface Objection {
  /** By which a person accepts it; `""` for the line that stands for those beyond 200. */
  id: string
  /** CHECK or UNSAFE. */
  safety: Safety
  /** Why. */
  reason: string
  /** Numbers of the events that it speaks of; none where it is about the log as a whole. */
  seqs: number[]
}

/** One action, judged. Steps are labels: `"charge_card (3)"`; beyond 200 of them the last says how many more. */
export interface Option {
  /** The action. */
  action: Action
  /** `retry_from`: the step, or `"end"`; `""` otherwise. */
  from_step: string
  /** The verdict. */
  safety: Safety
  /** The one reason that decides. */
  because: string
  /** Numbers of the events that it speaks of. */
  seqs: number[]
  /** It would change anything. */
  useful: boolean
  /** It is the best one. */
  preferred: boolean
  /** Read from the log. */
  reads_from_log: string[]
  /** Executed (again). */
  executes_again: string[]
  /** Happened, and not undone. */
  already_done: string[]
  /** To be undone, in that order. */
  must_compensate: string[]
  /** Of which nobody knows. */
  in_doubt: string[]
  /** What is taken for granted. */
  assumed: string[]
  /** All that speaks against it. */
  objections: Objection[]
}

/** A question that only the outside can answer. */
export interface Doubt {
  /** Label of the step. */
  step: string
  /** Number of its intent, to be given to `resolve`; 0 where the label is enough. */
  seq: number
  /** Its position. */
  position: string
  /** How it stands. */
  state: State
  /** Name of the read-only question that settles it; `""` when only a person can find out. */
  probe: string
  /** Idempotency key to ask with; `""` for none. */
  key: string
  /** In words. */
  question: string
}

/** What may be done with the run. */
export interface VerdictAnswer {
  /** The run. */
  run_id: string
  /** Where it stands. */
  status: Status
  /** The best of each action first, then other steps to retry from. */
  options: Option[]
  /** Questions to settle. */
  in_doubt: Doubt[]
  /** Numbers of the events of each step that an option lists, by label: where it began, and its answer. */
  evidence: Record<string, number[]>
  /** What to do next, in one sentence. */
  advice: string
  /** What happened besides what the code knows, in sentences. */
  surplus: string[]
  /** A dry replay of the code at hand took part in the judgement. */
  with_code: boolean
  /** All of it as text. */
  text: string
}

/** One call that acting makes, or does not need to make. */
export interface PlannedCall {
  /** What is done with it. */
  does: Does
  /** Label of the step. */
  step: string
  /** What repeating it does; `""` for unknown. */
  kind: string
  /** Idempotency key; `""` for none, or not known before the call. */
  key: string
  /** What is known about it. */
  note: string
}

/** A dry run. */
export interface PlanAnswer {
  /** The run. */
  run_id: string
  /** The action for people: `retry_from reserve (4)`. */
  title: string
  /** What the button says: `"Compensate: undo charge (3), undo reserve (2)"`. */
  consequence: string
  /** The action. */
  action: Action
  /** The step; `""` where that does not apply. */
  from_step: string
  /** The verdict. */
  safety: Safety
  /** The reason that decides. */
  because: string
  /** What it makes, in order; at most 500, and then what it only reads comes last. */
  calls: PlannedCall[]
  /** What is not known before it is done; `""` for nothing. */
  then: string
  /** All that speaks against it. */
  objections: Objection[]
  /** Ids of those that are not accepted and have to be: with any, acting is refused. */
  open: string[]
  /** What is taken for granted. */
  assumed: string[]
  /** The button may be pressed: nothing is open, and this desk may act. */
  may: boolean
  /** Why it may not; `""` where it may. */
  why_not: string
  /** All of it as text. */
  text: string
}

/** What came of acting. */
export interface ActAnswer {
  /** The run. */
  run_id: string
  /** `completed` when the workflow returned or all was undone, `failed` when it raised or an undo did. */
  ended: "completed" | "failed"
  /** What it returned or raised, in words. */
  text: string
  /** Where the run stands now. */
  status: Status
  /** `rerun`: the new run; `""` otherwise. */
  new_run_id: string
  /** How many events the run has now. */
  events: number
}

/** What one probe says. */
export interface ProbeRow {
  /** Label of the step. */
  step: string
  /** Its position. */
  position: string
  /** Name of the probe. */
  probe: string
  /** Whether the step acted; `None` when the probe could not say. */
  happened: boolean | null
  /** Bounded text of what the step returned; `""` for nothing. */
  result: string
  /** Why the probe could not say; `""` when it could. */
  error: string
  /** In words. */
  text: string
}

/** What the probes say. */
export interface ProbeAnswer {
  /** The run. */
  run_id: string
  /** One per step asked about. */
  rows: ProbeRow[]
  /** The answers stand in the log. */
  recorded: boolean
}

/** A settled doubt. */
export interface ResolveAnswer {
  /** The run. */
  run_id: string
  /** Where it stands now. */
  status: Status
  /** Questions that are left. */
  in_doubt: Doubt[]
  /** How many events the run has now. */
  events: number
}

/** One decision, or a word about a doubt. */
export interface DecisionRow {
  /** Number of the event that holds it. */
  seq: number
  /** When. */
  time_ms: number
  /** The action, or `resolve`. */
  action: string
  /** Label of the step; `""` for none. */
  step: string
  /** Who. */
  by: string
  /** On what grounds; `""` for unsaid. */
  why: string
  /** What the verdict said at that moment; `""` for nothing. */
  safety: Safety | ""
  /** Why it said so. */
  because: string
  /** Objections accepted. */
  accepted: string[]
  /** Things taken for granted. */
  assumed: string[]
  /** The dry run, in words. */
  calls: string[]
  /** Id of the run that began again; `""` for none. */
  new_run: string
}

/** What people decided. */
export interface DecisionAnswer {
  /** The run. */
  run_id: string
  /** In the order in which they came. */
  rows: DecisionRow[]
  /** The record, to be kept with the incident. */
  markdown: string
}

/** A verdict in one line, as triage gives it. */
export interface Outlook {
  /** The preferred SAFE action; `""` when none is SAFE or none is needed. */
  best: Action | string
  /** `retry_from`: the step; `""` for other actions. */
  from_step: string
  /** Of the best action, or of the least bad one. */
  safety: Safety
  /** Why. */
  because: string
}

/** What would happen to each of these runs: dry runs, with the code at hand. Nothing is done. */
export interface PlanEachQuestion {
  ask: "plan_each"
  /** The runs, at most 500. */
  run_ids: string[]
  /** What would be done with all of them; the best action of each by default. */
  action?: Action
}

/** One run to act on, with what a person saw of it: anything else than that is a surprise. */
export interface ChosenRun {
  /** The run. */
  run_id: string
  /** The action. */
  action: Action
  /** `retry_from`: the step that was shown; `""` otherwise. */
  from_step: string
  /** The verdict that was shown. */
  expected: Outlook
  /** How many events the run had. */
  events: number
  /** Ids of objections to act in spite of; none by default. */
  accept?: string[]
}

/** Act on these runs one after the other, up to the first surprise. */
export interface ActEachQuestion {
  ask: "act_each"
  /** The runs, in the order in which they are acted on. */
  runs: ChosenRun[]
  /** On what grounds; for the log. */
  why?: string
  /** Who decides; the user of the process by default. */
  by?: string
}

/** What would come, or came, of one run. */
export interface EachRow {
  /** The run. */
  run_id: string
  /** `planned`: it would be done; `surprise`: refused, or not as expected; `done`; `untouched`: there is nothing to do, or an earlier run was a surprise. */
  deed: Deed
  /** The action; `""` where none is best. */
  action: Action | ""
  /** `retry_from`: the step; `""` otherwise. */
  from_step: string
  /** The verdict on the action; without one, that of the run. */
  safety: Safety
  /** Why it is done or not. */
  because: string
  /** What it would do, or did: `"Resume: execute mail (3)"`; `""` for nothing. */
  consequence: string
  /** What it would call: `"execute mail (3)"`; at most 20. */
  calls: string[]
  /** What a person would have to accept for it; none where it is done without, or cannot be. */
  objections: Objection[]
  /** The verdict as it was at that moment. */
  expected: Outlook
  /** How many events the run had then. */
  events: number
  /** Class of what was raised; `""` for nothing. */
  error_type: string
}

/** What would come, or came, of some runs. */
export interface EachAnswer {
  /** One per run, in the order asked. */
  rows: EachRow[]
}

/** Browser to Python. */
export interface AskMessage {
  /** Number of the question, given back with its answer. */
  id: number
  /** The question. */
  question: Record<string, unknown>
}

/** Why there is no answer. */
export interface Failure {
  /** Class of the error, as in `workbench.errors`: `UnsafeError`; `InternalError` for a fault of ours. */
  name: string
  /** What happened. */
  message: string
  /** What to do next; `""` for nothing. */
  hint: string
  /** `UnsafeError`: ids of what is not accepted. */
  objections?: string[]
}

/** Python to browser, with the buffers of the answer; `body` or `error`. */
export interface ReplyMessage {
  /** Of the question. */
  id: number
  /** The answer. */
  body?: Record<string, unknown>
  /** Why there is none. */
  error?: Failure
}

/** What a host keeps of the app's state, in a saved notebook or in the address: synced traits of the widget. */
export interface ViewState {
  /** The selected run; `""` for the list of runs. */
  run_id: string
  /** Number of the event at the cursor; 0 for none. */
  cursor: number
  /** Edits of the branch that is shown, a list of `Edit` in JSON text; `""` for the recorded run. */
  branch: string
  /** The time axis. */
  time: "wall" | "compressed" | "logical"
  /** Sizes in pixels, and which are folded, by name of the panel: whatever the app wants to find again. */
  panels: Record<string, unknown>
  /** Text to show where no kernel answers: the headline and a timeline in characters. Written by Python. */
  poster: string
}

/** One recording of a folder. Counts are `None` where it was not opened, because it is large or time was up. */
export interface WorkspaceRow {
  /** Where it lies, relative to the root of the server, with `/`. */
  path: string
  /** Its file name. */
  name: string
  /** Bytes. */
  size: number
  /** When it was last written, ms since the epoch. */
  modified_ms: number
  /** The system that wrote it: `native`, `temporal`, `dbos` …; `""` where that cannot be told. */
  system: string
  /** How many runs it holds. */
  runs: number | null
  /** How many of them failed. */
  failed: number | null
  /** How many stopped without an end, with no process that goes on with them. */
  interrupted: number | null
  /** How many a process is executing now. */
  running: number | null
  /** For how many no action is SAFE as things stand: most of them have a step in doubt. */
  in_doubt: number | null
  /** The preferred SAFE action for the run that is worst off; `""` when none is SAFE or none is needed. */
  best: Action | ""
  /** How the run that is worst off stands; `""` where the file was not opened or holds no run. */
  safety: Safety | ""
  /** Money at risk or outstanding in all runs, in units of `currency`. */
  at_stake: number | null
  /** That of `at_stake`; the one with the most runs where there are several. `""` for none. */
  currency: string
  /** Why it cannot be read, or what is wrong with it; `""` for nothing. */
  problem: string
}

/** The recordings below a folder, newest first. */
export interface WorkspaceAnswer {
  /** The folder, relative to the root of the server; `""` for the root. */
  folder: string
  /** How many recordings were found and are not listed; -1 where the search was cut short, so that nobody knows; 0 where all are here. */
  left_off: number
  /** Those that are. */
  recordings: WorkspaceRow[]
}

/** The post-mortem notebook that was written. */
export interface NotebookAnswer {
  /** Where it lies, relative to the root of the server, with `/`. */
  path: string
}

/** The body of every answer whose status is an error. */
export interface FailureAnswer {
  /** Why. */
  error: Failure
  /** The same in one line, where JupyterLab itself looks for it. */
  message: string
}

/** Question and answer by what is asked. */
export interface Asks {
  hello: { question: HelloQuestion; answer: HelloAnswer }
  runs: { question: RunsQuestion; answer: RunsAnswer }
  triage: { question: TriageQuestion; answer: TriageAnswer }
  run: { question: RunQuestion; answer: RunAnswer }
  events: { question: EventsQuestion; answer: EventsAnswer }
  spans: { question: SpansQuestion; answer: SpansAnswer }
  payload: { question: PayloadQuestion; answer: PayloadAnswer }
  source: { question: SourceQuestion; answer: SourceAnswer }
  replay: { question: ReplayQuestion; answer: ReplayAnswer }
  stop: { question: StopQuestion; answer: StopAnswer }
  watch: { question: WatchQuestion; answer: WatchAnswer }
  diff: { question: DiffQuestion; answer: DiffAnswer }
  branches: { question: BranchesQuestion; answer: BranchesAnswer }
  save: { question: SaveQuestion; answer: SaveAnswer }
  why: { question: WhyQuestion; answer: WhyAnswer }
  hazards: { question: HazardsQuestion; answer: HazardsAnswer }
  provenance: { question: ProvenanceQuestion; answer: ProvenanceAnswer }
  verdict: { question: VerdictQuestion; answer: VerdictAnswer }
  plan: { question: PlanQuestion; answer: PlanAnswer }
  act: { question: ActQuestion; answer: ActAnswer }
  plan_each: { question: PlanEachQuestion; answer: EachAnswer }
  act_each: { question: ActEachQuestion; answer: EachAnswer }
  probe: { question: ProbeQuestion; answer: ProbeAnswer }
  resolve: { question: ResolveQuestion; answer: ResolveAnswer }
  decision: { question: DecisionQuestion; answer: DecisionAnswer }
  follow: { question: FollowQuestion; answer: FollowAnswer }
}

export type Ask = keyof Asks
export type Question = Asks[Ask]["question"]
export type Answer = Asks[Ask]["answer"]

/** Names of event types by the numbers of `type` buffers; 0 stands for a stop at a line. */
export const EVENT_TYPES: Readonly<Record<number, string>> = {
  0: "Line",
  1: "RunStarted",
  2: "RunRecovered",
  3: "RunCompleted",
  4: "RunFailed",
  5: "RunCancelled",
  10: "StepStarted",
  11: "AttemptFailed",
  12: "StepCompleted",
  13: "StepFailed",
  14: "StepCancelled",
  15: "StepResolved",
  20: "TimerStarted",
  21: "TimerFired",
  22: "TimerCancelled",
  30: "SignalReceived",
  31: "SignalAwaited",
  32: "SignalConsumed",
  33: "SignalTimedOut",
  34: "SignalCancelled",
  40: "ChildStarted",
  41: "ChildCompleted",
  42: "ChildFailed",
  43: "ChildCancelled",
  50: "ClockRead",
  51: "RandomDrawn",
  52: "UuidDrawn",
  53: "PatchChecked",
  60: "CompensationStarted",
  61: "CompensationCompleted",
  62: "CompensationFailed",
  70: "DecisionMade",
  80: "AttemptBegan",
  81: "ChildBegan",
  82: "StepRecorded",
  83: "ValueRecorded",
  84: "UpdateReceived",
  85: "UpdateAnswered",
  86: "CancelRequested",
  87: "NoteRecorded",
  88: "TurnScheduled",
  89: "TurnStarted",
  90: "TurnCompleted",
  91: "TurnFailed",
}

/** Kinds of steps that act on the world. */
export const ACTING_KINDS: readonly Kind[] = ["idempotent", "keyed", "compensatable", "write"]

/** How a word is drawn: shape and colour, never colour alone. Colours are of Okabe and Ito. */
export interface Look {
  label: string
  colour: string
  /** Hatching: "" for solid, or one of / \\ x + | . */
  pattern: string
  /** Mark at the end of a bar, by its plotly name. */
  symbol: string
  /** The same as a character. */
  glyph: string
}

export const STATE_LOOKS: Readonly<Record<State, Look>> = {
  committed: { label: "completed", colour: "#0072B2", pattern: "", symbol: "square", glyph: "■" },
  failed: { label: "failed", colour: "#D55E00", pattern: "", symbol: "x", glyph: "✗" },
  in_doubt: { label: "in doubt", colour: "#E69F00", pattern: "/", symbol: "diamond-open", glyph: "▒" },
  retried: { label: "attempt failed, retried", colour: "#CC79A7", pattern: "\\", symbol: "circle-open", glyph: "↻" },
  compensated: { label: "compensated", colour: "#009E73", pattern: "x", symbol: "triangle-left", glyph: "↶" },
  compensation_in_doubt: { label: "compensation in doubt", colour: "#E69F00", pattern: "+", symbol: "triangle-left-open", glyph: "↶" },
  compensation_failed: { label: "compensation failed", colour: "#D55E00", pattern: "+", symbol: "x-open", glyph: "↶" },
  not_started: { label: "not started", colour: "#999999", pattern: "|", symbol: "line-ew-open", glyph: "·" },
  edited: { label: "edited ✎", colour: "#F0E442", pattern: "", symbol: "star", glyph: "✎" },
  supplied: { label: "supplied ✎", colour: "#F0E442", pattern: "|", symbol: "star-open", glyph: "✎" },
  waiting: { label: "timer, signal, child", colour: "#56B4E9", pattern: ".", symbol: "line-ns-open", glyph: "…" },
}

export const OUTCOME_LOOKS: Readonly<Record<OutcomeWord | "unknown", Look>> = {
  completed: { label: "completed", colour: "#0072B2", pattern: "", symbol: "square", glyph: "■" },
  failed: { label: "failed", colour: "#D55E00", pattern: "", symbol: "x", glyph: "✗" },
  needs: { label: "needs an answer", colour: "#E69F00", pattern: "/", symbol: "diamond-open", glyph: "?" },
  diverged: { label: "diverged", colour: "#CC79A7", pattern: "x", symbol: "star-triangle-up", glyph: "≠" },
  cut: { label: "ended from outside", colour: "#56B4E9", pattern: ".", symbol: "line-ns-open", glyph: "┆" },
  unknown: { label: "could not be replayed", colour: "#999999", pattern: "|", symbol: "line-ew-open", glyph: "·" },
}

export const CHANGE_LOOKS: Readonly<Record<Change, Look>> = {
  same: { label: "the same", colour: "#999999", pattern: "", symbol: "square", glyph: "=" },
  arguments: { label: "other arguments", colour: "#CC79A7", pattern: "\\", symbol: "diamond", glyph: "≠" },
  outcome: { label: "another outcome", colour: "#D55E00", pattern: "x", symbol: "x", glyph: "≠" },
  inserted: { label: "only on the right", colour: "#009E73", pattern: "+", symbol: "cross", glyph: "+" },
  deleted: { label: "only on the left", colour: "#E69F00", pattern: "|", symbol: "circle-open", glyph: "-" },
}

/** By the word of a verdict. */
export const SAFETY_LOOKS: Readonly<Record<Safety, { colour: string; glyph: string }>> = {
  SAFE: { colour: "#009E73", glyph: "✔" },
  CHECK: { colour: "#E69F00", glyph: "?" },
  UNSAFE: { colour: "#D55E00", glyph: "✘" },
}
