import { EVENT_TYPES, SOURCES, type ReplayAnswer, type Source } from '../wire';
import { columnsOf, type Columns } from './columns';
import type { Spot, Track } from './run';
import type { Reply } from './source';

/** A replay of a run under edits: its stops as columns. */
export class Branch implements Track {
  readonly answer: ReplayAnswer;
  readonly stops: Columns<'replay'>;
  /** The stop of each recorded event, by row; made when first asked for. */
  private byRow: Map<number, number> | undefined;

  constructor(reply: Reply<ReplayAnswer>) {
    this.answer = reply.body;
    this.stops = columnsOf('replay', reply);
  }

  get id(): string {
    return this.answer.branch;
  }

  /** What it pretends, in words. */
  get title(): string {
    return this.answer.name || this.answer.edits.map(edit => edit.text).join('; ') || 'replay of the recorded run';
  }

  get edited(): boolean {
    return this.answer.edits.length > 0;
  }

  get length(): number {
    return this.stops.seq.length;
  }

  seq(at: number): number {
    return this.stops.seq[at] ?? 0;
  }

  time(at: number): number {
    return this.stops.time_ms[at] ?? NaN;
  }

  type(at: number): string {
    return EVENT_TYPES[this.stops.type[at] ?? -1] ?? '';
  }

  name(at: number): string {
    return this.answer.lanes[this.stops.lane[at] ?? -1] ?? '';
  }

  source(at: number): Source {
    return SOURCES[this.stops.source[at] ?? 0] ?? '';
  }

  isLine(at: number): boolean {
    return this.stops.type[at] === 0;
  }

  spot(at: number): Spot | undefined {
    const file = this.answer.files[this.stops.file[at] ?? -1];
    const line = this.stops.line[at] ?? 0;
    return file === undefined || !line
      ? undefined
      : { file, line, function: this.answer.functions[this.stops.function[at] ?? -1] ?? '' };
  }

  find(seq: number): number {
    let found = -1;
    const { seq: all } = this.stops;
    for (let at = 0; at < all.length; at++) {
      const each = all[at] as number;
      if (each > 0 && each <= seq) {
        found = at;
      }
    }
    return found;
  }

  /** The stop at the recorded event of a row, or at the one before it. */
  ofRow(row: number): number {
    this.byRow ??= new Map(Array.from(this.stops.row, (each, at) => [each, at] as const).filter(([each]) => each >= 0));
    for (let at = row; at >= 0; at--) {
      const stop = this.byRow.get(at);
      if (stop !== undefined) {
        return stop;
      }
    }
    return -1;
  }
}
