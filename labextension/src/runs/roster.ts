import { columnsOf, type Columns } from '../source/columns';
import type { Reply } from '../source/source';
import { SAFETIES, type RunsAnswer, type Safety, type Status, type TriageRow } from '../wire';

export type SortName = 'status' | 'run' | 'workflow' | 'key' | 'started' | 'duration' | 'failing' | 'hazards' | 'verdict' | 'stake';
export type GroupName = '' | 'reason' | 'status' | 'workflow' | 'verdict';

/** What is wanted of the runs. */
export interface Wish {
  text: string;
  status: Status | '';
  sort: SortName;
  descending: boolean;
  group: GroupName;
  folded: ReadonlySet<string>;
}

/** Runs that are alike: of one state for one reason, of one workflow … */
export interface Group {
  key: string;
  title: string;
  /** Their numbers, in order. */
  runs: number[];
  folded: boolean;
  /** Triage says the same about all of them. */
  alike: boolean;
}

/** A line of the table: a run by its number, or the heading of a group. */
export type Line = number | Group;

/** What is only known once triage has come. */
export const JUDGED: readonly SortName[] = ['failing', 'hazards', 'verdict', 'stake'];
const SAFETY_ORDER: Record<Safety, number> = { UNSAFE: 0, CHECK: 1, SAFE: 2 };

/** Every run of a recording as columns, with what triage says where it has come. */
export class Roster {
  readonly columns: Columns<'runs'>;
  readonly answer: RunsAnswer;
  readonly triage: (TriageRow | undefined)[];
  /** The runs that the last wish let through, in order. */
  found: Uint32Array = new Uint32Array(0);
  /** All that a search looks at, in small letters. */
  private readonly texts: string[];
  private readonly orders = new Map<SortName, Uint32Array>();
  /** Number of the reason of each run, once it was asked for; -1 before. */
  private readonly reasonOf: Int32Array;
  private readonly reasons = new Map<string, number>();
  private readonly reasonKeys: string[] = [];

  constructor(reply: Reply<RunsAnswer>) {
    this.answer = reply.body;
    this.columns = columnsOf('runs', reply);
    this.triage = new Array<TriageRow | undefined>(this.length).fill(undefined);
    this.reasonOf = new Int32Array(this.length).fill(-1);
    this.texts = this.answer.run_ids.map((id, at) =>
      [id, this.workflow(at), this.key(at), this.status(at), this.errorType(at), this.answer.errors[at]].join('\n').toLowerCase()
    );
  }

  get length(): number {
    return this.answer.run_ids.length;
  }

  id(at: number): string {
    return this.answer.run_ids[at] ?? '';
  }

  key(at: number): string {
    return this.answer.business_keys[at] ?? '';
  }

  workflow(at: number): string {
    return this.answer.workflows[this.columns.workflow[at] ?? -1] ?? '';
  }

  status(at: number): Status {
    return this.answer.statuses[this.columns.status[at] ?? -1] ?? 'unknown';
  }

  errorType(at: number): string {
    return this.answer.error_types[this.columns.error_type[at] ?? 0] ?? '';
  }

  started(at: number): number {
    return this.columns.started_ms[at] ?? NaN;
  }

  /** Milliseconds; NaN while it is open. */
  duration(at: number): number {
    return (this.columns.ended_ms[at] ?? NaN) - this.started(at);
  }

  /** Why it is where it is, in few words. */
  private reasonTitle(at: number): string {
    const row = this.triage[at];
    const error = row?.error_type || this.errorType(at);
    return [this.status(at), error, row?.failing_step && `at ${row.failing_step}`].filter(Boolean).join(' ');
  }

  /** What runs have in common that are so for the same reason: as `triage(explain=True)` counts them. */
  private reason(at: number): number {
    let number = this.reasonOf[at] as number;
    if (number < 0) {
      const row = this.triage[at];
      const parts = [this.reasonTitle(at), row?.best, row?.from_step, row?.safety, row?.because];
      const key = parts.join('\n');
      number = this.reasons.get(key) ?? this.reasonKeys.push(key) - 1;
      this.reasons.set(key, number);
      this.reasonOf[at] = number;
    }
    return number;
  }

  /** Money at risk in these runs, by currency: `1,200 EUR + 30 USD`; nothing for none. */
  stake(runs: readonly number[]): string {
    const sums = new Map<string, number>();
    for (const at of runs) {
      const row = this.triage[at];
      if (row?.at_stake) {
        sums.set(row.currency, (sums.get(row.currency) ?? 0) + row.at_stake);
      }
    }
    return Array.from(sums, ([currency, sum]) => `${sum.toLocaleString('en-US', { maximumFractionDigits: 2 })} ${currency}`).join(' + ');
  }

  /** Take a chunk of triage in. */
  judge(start: number, rows: TriageRow[]): void {
    rows.forEach((row, at) => (this.triage[start + at] = row));
    this.reasonOf.fill(-1, start, start + rows.length);
    rows.forEach((_, at) => this.reason(start + at)); // all at once they would make the first grouping slow
    JUDGED.forEach(sort => this.orders.delete(sort));
  }

  /** The lines that are wanted, in order. */
  lines(wish: Wish): Line[] {
    this.found = this.filtered(wish);
    return wish.group ? this.grouped(this.found, wish.group, wish.folded) : Array.from(this.found);
  }

  /** Runs in the order of the list; those that it does not show behind them. */
  inOrder(runs: readonly number[]): number[] {
    const left = new Set(runs);
    const first = Array.from(this.found).filter(at => left.delete(at));
    return [...first, ...left];
  }

  private filtered({ text, status, sort, descending }: Wish): Uint32Array {
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const order = this.order(sort);
    const found = new Uint32Array(this.length);
    let count = 0;
    for (let place = 0; place < this.length; place++) {
      const at = order[descending ? this.length - 1 - place : place] as number;
      if ((!status || this.status(at) === status) && parts.every(part => (this.texts[at] as string).includes(part))) {
        found[count++] = at;
      }
    }
    return found.subarray(0, count);
  }

  /** All runs in order; kept, so that each key pressed in the filter only walks it. */
  private order(sort: SortName): Uint32Array {
    let order = this.orders.get(sort);
    if (!order) {
      const rank = this.ranks(sort);
      order = Uint32Array.from(rank, (_, at) => at).sort((left, right) => (rank[left] as number) - (rank[right] as number) || left - right);
      this.orders.set(sort, order);
    }
    return order;
  }

  private ranks(sort: SortName): Float64Array {
    const number: Partial<Record<SortName, (at: number) => number>> = {
      started: at => this.started(at),
      duration: at => this.duration(at),
      status: at => this.columns.status[at] ?? 0,
      workflow: at => this.columns.workflow[at] ?? 0,
      hazards: at => this.triage[at]?.hazards.length ?? -1,
      stake: at => this.triage[at]?.at_stake ?? -1,
      verdict: at => SAFETY_ORDER[this.triage[at]?.safety ?? 'SAFE']
    };
    const rank = new Float64Array(this.length);
    const of = number[sort] ?? this.alphabetical(sort);
    for (let at = 0; at < this.length; at++) {
      const value = of(at);
      rank[at] = Number.isNaN(value) ? -1 : value;
    }
    return rank;
  }

  private alphabetical(sort: SortName): (at: number) => number {
    const text = (at: number): string =>
      sort === 'key' ? this.key(at) : sort === 'failing' ? (this.triage[at]?.failing_step ?? '') : this.id(at);
    const order = Array.from({ length: this.length }, (_, at) => at).sort((left, right) => (text(left) < text(right) ? -1 : 1));
    const place = new Float64Array(this.length);
    order.forEach((at, index) => (place[at] = index));
    return at => place[at] as number;
  }

  private grouped(found: Uint32Array, group: GroupName, folded: ReadonlySet<string>): Line[] {
    const members: number[][] = [];
    const groups: number[][] = []; // in the order in which they are met
    for (const at of found) {
      const number = this.groupOf(at, group);
      (members[number] ??= groups[groups.push([]) - 1] as number[]).push(at);
    }
    const lines: Line[] = [];
    for (const runs of groups.sort((left, right) => right.length - left.length)) {
      const first = runs[0] as number;
      const key = this.groupKey(first, group);
      const head = { key, title: group === 'reason' ? this.reasonTitle(first) : key, runs, folded: folded.has(key), alike: group === 'reason' };
      lines.push(head);
      for (let at = 0; at < runs.length && !head.folded; at++) {
        lines.push(runs[at] as number);
      }
    }
    return lines;
  }

  /** Groups are numbers while runs are put into them: a hundred thousand names take too long. */
  private groupOf(at: number, group: GroupName): number {
    return group === 'reason'
      ? this.reason(at)
      : group === 'workflow'
        ? (this.columns.workflow[at] ?? 0)
        : group === 'verdict'
          ? SAFETIES.indexOf(this.triage[at]?.safety ?? 'SAFE') + (this.triage[at] ? 1 : 0)
          : (this.columns.status[at] ?? 0);
  }

  private groupKey(at: number, group: GroupName): string {
    return group === 'reason'
      ? (this.reasonKeys[this.reason(at)] ?? '')
      : group === 'workflow'
        ? this.workflow(at)
        : group === 'verdict'
          ? (this.triage[at]?.safety ?? 'not judged yet')
          : this.status(at);
  }
}
