import { columnsOf, type Columns } from '../source/columns';
import type { Reply } from '../source/source';
import type { RunsAnswer, Safety, Status, TriageRow } from '../wire';

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

/** A line of the table: a run by its number, or the heading of a group. */
export type Line = number | { group: string; count: number; folded: boolean };

/** What is only known once triage has come. */
export const JUDGED: readonly SortName[] = ['failing', 'hazards', 'verdict', 'stake'];
const SAFETY_ORDER: Record<Safety, number> = { UNSAFE: 0, CHECK: 1, SAFE: 2 };

/** Every run of a recording as columns, with what triage says where it has come. */
export class Roster {
  readonly columns: Columns<'runs'>;
  readonly answer: RunsAnswer;
  readonly triage: (TriageRow | undefined)[];
  /** All that a search looks at, in small letters. */
  private readonly texts: string[];
  private readonly orders = new Map<SortName, Uint32Array>();

  constructor(reply: Reply<RunsAnswer>) {
    this.answer = reply.body;
    this.columns = columnsOf('runs', reply);
    this.triage = new Array<TriageRow | undefined>(this.length).fill(undefined);
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

  /** Why it is where it is, in few words: what alike runs have in common. */
  reason(at: number): string {
    const row = this.triage[at];
    const step = (row?.failing_step ?? '').replace(/ \([\d.]+\)$/, '');
    const error = row?.error_type || this.errorType(at);
    return [this.status(at), error, step && `at ${step}`].filter(Boolean).join(' ');
  }

  /** Take a chunk of triage in. */
  judge(start: number, rows: TriageRow[]): void {
    rows.forEach((row, at) => (this.triage[start + at] = row));
    JUDGED.forEach(sort => this.orders.delete(sort));
  }

  /** The lines that are wanted, in order. */
  lines(wish: Wish): Line[] {
    const found = this.filtered(wish);
    return wish.group ? this.grouped(found, wish.group, wish.folded) : Array.from(found);
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
    const members = new Map<string, number[]>();
    for (const at of found) {
      const name = this.groupOf(at, group);
      members.get(name)?.push(at) ?? members.set(name, [at]);
    }
    const groups = Array.from(members).sort((left, right) => right[1].length - left[1].length);
    return groups.flatMap(([name, runs]): Line[] => {
      const head = { group: name, count: runs.length, folded: folded.has(name) };
      return head.folded ? [head] : [head, ...runs];
    });
  }

  private groupOf(at: number, group: GroupName): string {
    return group === 'reason'
      ? this.reason(at)
      : group === 'workflow'
        ? this.workflow(at)
        : group === 'verdict'
          ? (this.triage[at]?.safety ?? 'not judged yet')
          : this.status(at);
  }
}
