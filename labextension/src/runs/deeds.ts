import { Refusal, words, type DataSource } from '../source/source';
import type { Action, ChosenRun, EachRow } from '../wire';

/** How many dry runs one question asks for: an answer in a fraction of a second. */
const CHUNK = 20;

export type Phase = 'planning' | 'planned' | 'acting' | 'ended';

/** Chosen runs with what would come, or came, of each; acting goes run by run, so that each is seen and any can be the last. */
export class Deeds {
  rows: EachRow[] = [];
  phase: Phase = 'planning';
  /** The runs that are acted on, in order; known from the moment of acting. */
  queue: number[] = [];
  /** How many of them were acted on. */
  done = 0;
  /** Why it ended before the last one; nothing where it did not. */
  stopped = '';
  private readonly accepted = new Set<string>();
  private over = false;

  constructor(
    private readonly source: DataSource,
    readonly runIds: readonly string[],
    private readonly action: Action | '',
    private readonly onChange: () => void
  ) {}

  /** Nothing more is asked; what is being done comes to its end. */
  end(why: string): void {
    this.over = true;
    this.stopped ||= this.phase === 'ended' ? '' : why;
  }

  /** Make the dry runs. */
  async plan(): Promise<void> {
    for (let start = 0; start < this.runIds.length && !this.over; start += CHUNK) {
      const asked = this.action ? { action: this.action } : {};
      const { body } = await this.source.ask({ ask: 'plan_each', run_ids: this.runIds.slice(start, start + CHUNK), ...asked });
      this.rows.push(...body.rows);
      this.onChange();
    }
    this.phase = 'planned';
    this.onChange();
  }

  /** It is done when the button is pressed: nothing speaks against it, or a person accepts what does. */
  wanted(row: EachRow): boolean {
    return row.deed === 'planned' || this.accepted.has(row.run_id);
  }

  accepts(row: EachRow): boolean {
    return this.accepted.has(row.run_id);
  }

  /** A person may decide in spite of what speaks against it. */
  mayAccept(row: EachRow): boolean {
    return row.deed === 'surprise' && row.objections.length > 0 && row.objections.every(each => each.id !== '');
  }

  accept(row: EachRow, on: boolean): void {
    this.accepted[on ? 'add' : 'delete'](row.run_id);
    this.onChange();
  }

  /** Act on what is wanted, one after the other, up to the first surprise. */
  async act(by: string, why: string): Promise<void> {
    this.queue = this.rows.flatMap((row, at) => (this.wanted(row) ? [at] : []));
    this.phase = 'acting';
    this.onChange();
    for (const at of this.queue) {
      const row = this.rows[at] as EachRow;
      const came = this.over ? untouched(row, `not reached: ${this.stopped}`) : await this.one(row, by, why);
      this.rows[at] = came;
      this.done += Number(came.deed !== 'untouched');
      if (came.deed === 'surprise') {
        this.end(`${came.run_id} came as a surprise`);
      }
      this.onChange();
    }
    this.phase = 'ended';
    this.onChange();
  }

  private async one(row: EachRow, by: string, why: string): Promise<EachRow> {
    try {
      const { body } = await this.source.ask({ ask: 'act_each', runs: [this.chosen(row)], by, why });
      return { ...(body.rows[0] as EachRow), safety: row.safety };
    } catch (error) {
      const { title, hint } = words(error);
      const name = error instanceof Refusal ? error.name : 'Error';
      return { ...row, deed: 'surprise', because: `${title} ${hint}`.trim(), consequence: '', error_type: name };
    }
  }

  private chosen({ run_id, action, from_step, expected, events, objections }: EachRow): ChosenRun {
    const accept = this.accepted.has(run_id) ? { accept: objections.map(each => each.id) } : {};
    return { run_id, action: action as Action, from_step, expected, events, ...accept };
  }
}

function untouched(row: EachRow, because: string): EachRow {
  return { ...row, deed: 'untouched', because, consequence: '', error_type: '' };
}

const VERBS: Record<Action, [string, string]> = {
  resume: ['resume', 'run'],
  retry_from: ['retry', 'run'],
  rerun: ['run', 'run again'],
  compensate: ['compensate', 'run']
};
const TOLD = 3;

/** What the button says: `Resume 3 runs: execute charge (2) 3 times`. */
export function consequenceOf(rows: readonly EachRow[]): string {
  const actions = new Map<Action, number>();
  const calls = new Map<string, number>();
  for (const { action, calls: made } of rows) {
    actions.set(action as Action, (actions.get(action as Action) ?? 0) + 1);
    made.forEach(call => calls.set(call, (calls.get(call) ?? 0) + 1));
  }
  const acts = Array.from(actions, ([action, count]) => actText(action, count)).join(', ');
  const times = Array.from(calls).sort((left, right) => right[1] - left[1]);
  const told = times.slice(0, TOLD).map(([call, count]) => (count === 1 ? call : `${call} ${count.toLocaleString('en-US')} times`));
  const more = times.length > TOLD ? [`${(times.length - TOLD).toLocaleString('en-US')} more`] : [];
  const head = acts.slice(0, 1).toUpperCase() + acts.slice(1);
  return told.length ? `${head}: ${[...told, ...more].join(', ')}` : head;
}

function actText(action: Action, count: number): string {
  const [verb, noun] = VERBS[action];
  const [run = '', ...rest] = noun.split(' ');
  return [verb, count.toLocaleString('en-US'), count === 1 ? run : `${run}s`, ...rest].join(' ');
}
