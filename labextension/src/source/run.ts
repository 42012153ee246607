import type { Pin, Recovery, Spans } from '../timeline/chart';
import { lastAtOrBelow, type Gap } from '../timeline/scale';
import { EVENT_TYPES, type EventsAnswer, type Finding, type RunAnswer, type SourceAnswer, type SpansAnswer } from '../wire';
import { columnsOf, type Columns } from './columns';
import { EventPages } from './pages';
import type { DataSource, Reply } from './source';

/** So many events come at once: of a longer run the first ones are seen while the others are on their way. */
const PAGE = 100_000;

/** Where code stood. */
export interface Spot {
  file: string;
  line: number;
  function: string;
}

/** What a person steps through: the recorded events of a run, or the stops of a branch. Entries are numbers from 0. */
export interface Track {
  readonly length: number;
  /** Number of the recorded event; 0 beyond the log and at lines. */
  seq(at: number): number;
  /** Milliseconds since the epoch. */
  time(at: number): number;
  /** Name of the event type; `Line` for a stop at a line. */
  type(at: number): string;
  name(at: number): string;
  spot(at: number): Spot | undefined;
  /** The entry of a recorded event, or the one before it. */
  find(seq: number): number;
}

/** A recorded run: its headline, and its events as columns. */
export class Run implements Track {
  private source: { columns: Columns<'source'>; body: SourceAnswer } | undefined;
  findings: Finding[] = [];

  private readonly pages: EventPages;
  private bars: { spans: Spans; drawn: SpansAnswer } | undefined;

  private constructor(
    readonly headline: RunAnswer,
    readonly table: EventsAnswer,
    first: Reply<EventsAnswer>
  ) {
    this.pages = new EventPages(first);
  }

  /** Read the first events of a run, and all of a short one. */
  static async begin(source: DataSource, runId: string): Promise<Run> {
    const { body: headline } = await source.ask({ ask: 'run', run_id: runId });
    const part = headline.events > PAGE ? { start: 0, count: PAGE } : {};
    const events = source.ask({ ask: 'events', run_id: headline.run_id, ...part });
    const spans = headline.events > PAGE ? undefined : source.ask({ ask: 'spans', run_id: headline.run_id });
    const [first, bars] = await Promise.all([events, spans]);
    const run = new Run(headline, first.body, first);
    run.draw(bars);
    return run;
  }

  static async load(source: DataSource, runId: string): Promise<Run> {
    const run = await Run.begin(source, runId);
    await run.finish(source, () => true);
    return run;
  }

  /** Read what is missing, page by page. `came` hears of each, and says whether the rest is still wanted. */
  async finish(source: DataSource, came: () => boolean): Promise<void> {
    for (let wanted = true; wanted && this.length < this.table.total; wanted = came()) {
      const before = this.length;
      this.pages.take(await source.ask({ ask: 'events', run_id: this.id, start: before, count: PAGE }));
      if (this.length === before) {
        throw new Error(`Only ${before} of the ${this.table.total} events of the run came`);
      }
    }
    if (!this.whole && this.length >= this.table.total) {
      this.draw(await source.ask({ ask: 'spans', run_id: this.id }));
      came();
    }
  }

  /** Nothing of it is still on its way. */
  get whole(): boolean {
    return this.bars !== undefined;
  }

  get events(): Columns<'events'> {
    return this.pages.columns;
  }

  get spans(): Spans {
    return this.bars?.spans ?? spansOf({ body: { columns: [] }, buffers: [] });
  }

  get drawn(): Pick<SpansAnswer, 'lanes' | 'breaks' | 'gaps'> {
    return this.bars?.drawn ?? { lanes: [], breaks: [], gaps: [] };
  }

  private draw(reply: Reply<SpansAnswer> | undefined): void {
    this.bars = reply && { spans: spansOf(reply), drawn: reply.body };
  }

  get id(): string {
    return this.headline.run_id;
  }

  get length(): number {
    return this.events.seq.length;
  }

  seq(at: number): number {
    return this.events.seq[at] ?? 0;
  }

  time(at: number): number {
    return this.events.time_ms[at] ?? NaN;
  }

  type(at: number): string {
    return EVENT_TYPES[this.events.type[at] ?? -1] ?? '';
  }

  name(at: number): string {
    return this.table.names[this.events.lane[at] ?? -1] ?? '';
  }

  tag(at: number): string {
    return this.table.tags[this.events.tag[at] ?? 0] ?? '';
  }

  attempt(at: number): number {
    return this.events.attempt[at] ?? 0;
  }

  /** `3.1`; nothing for the run as a whole. */
  position(at: number): string {
    const { path, path_end: ends } = this.events;
    const number = this.events.position[at] ?? 0;
    return path.subarray(number ? ends[number - 1] : 0, ends[number]).join('.');
  }

  find(seq: number): number {
    const { seq: all } = this.events;
    const guess = seq - (all[0] ?? 0);
    return all[guess] === seq ? guess : lastAtOrBelow(all, seq);
  }

  /** The entry at which to open: that of an event where one is given, else where it hurts. */
  opening(seq: number): number {
    return seq ? Math.max(0, this.find(seq)) : this.whereItHurts;
  }

  /** The last failure of a run that failed, the last event of one that is open, the first of one that went well. */
  private get whereItHurts(): number {
    const { status } = this.headline;
    const last = this.length - 1;
    if (status !== 'failed') {
      return status === 'interrupted' || status === 'running' ? last : 0;
    }
    for (let at = last; at >= 0; at--) {
      if (/^(StepFailed|AttemptFailed|ChildFailed|SignalTimedOut)$/.test(this.type(at))) {
        return at;
      }
    }
    return last;
  }

  /** Take the recorded lines in, once they have come. */
  place(reply: Reply<SourceAnswer>): void {
    this.source = { columns: columnsOf('source', reply), body: reply.body };
  }

  /** The line of the event, or of the last call before it whose line is known. */
  spot(at: number): Spot | undefined {
    if (!this.source) {
      return undefined;
    }
    const { columns, body } = this.source;
    const found = lastAtOrBelow(columns.seq, this.seq(at));
    const file = body.files[columns.file[found] ?? -1]?.file;
    return file === undefined
      ? undefined
      : { file, line: columns.line[found] ?? 0, function: body.functions[columns.function[found] ?? -1] ?? '' };
  }

  get files(): SourceAnswer['files'] {
    return this.source?.body.files ?? [];
  }

  get recoveries(): Recovery[] {
    return this.drawn.breaks.map(({ from_ms, to_ms, seq, text }) => ({ silent: from_ms, resumed: to_ms, seq, text }));
  }

  get gaps(): Gap[] {
    return this.drawn.gaps.map(({ from_ms, to_ms }) => ({ start: from_ms, end: to_ms }));
  }

  get pins(): Pin[] {
    return this.findings
      .filter(finding => finding.seqs.length > 0)
      .map(({ seqs, title, severity }) => ({ seq: seqs[0] ?? 0, title, severity }))
      .sort((left, right) => left.seq - right.seq);
  }
}

/** The bars of an answer, as the timeline wants them. */
export function spansOf(reply: Reply<Pick<SpansAnswer, 'columns'>>): Spans {
  const { start_ms, end_ms, lane, state, attempt, seq_begin, seq_end, open } = columnsOf('spans', reply);
  return { start: start_ms, end: end_ms, lane, state, attempt, seqBegin: seq_begin, seqEnd: seq_end, open };
}
