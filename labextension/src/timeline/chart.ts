import { ascends, lastAtOrBelow, longGaps, Scale, type Gap, type Mode } from './scale';

/** Bars of a run, as columns; one entry per bar. Times in milliseconds since the epoch. */
export interface Spans {
  start: Float64Array;
  end: Float64Array;
  lane: Uint32Array;
  state: Uint8Array;
  attempt: Uint16Array;
  seqBegin: Float64Array;
  /** 0 where nothing says how it ended. */
  seqEnd: Float64Array;
  /** 1 where nothing says how it ended. */
  open: Uint8Array;
}

/** The run went on in a new process. */
export interface Recovery {
  silent: number;
  resumed: number;
  seq: number;
  /** `recovered after 47 min`. */
  text: string;
}

/** A hazard at an event. */
export interface Pin {
  seq: number;
  title: string;
  severity: string;
}

/** What a timeline draws. */
export interface Story {
  lanes: readonly string[];
  /** Names of the states that `spans.state` counts. */
  states: readonly string[];
  spans: Spans;
  /** Sequence numbers (ascending) and times of the events. */
  seq: Float64Array;
  time: Float64Array;
  recoveries: readonly Recovery[];
  /** May come later than the rest. */
  pins: readonly Pin[];
  gaps?: readonly Gap[] | undefined;
  /** More of it is on its way. */
  partial?: boolean;
}

/** A story laid out: where each event and each bar begins and ends, in units of one time mode. */
export class Chart {
  readonly end: number;
  readonly scale: Scale;
  /** Place of each event. */
  readonly events: Float64Array;
  private readonly order: Uint32Array | undefined;
  private readonly sorted: Float64Array;

  constructor(
    readonly story: Story,
    readonly mode: Mode
  ) {
    const [start, end] = extent(story);
    const gaps = mode === 'compressed' ? (story.gaps ?? longGaps(story.time)) : [];
    this.scale = new Scale(start, end, gaps);
    this.end = mode === 'logical' ? Math.max(1, story.seq.length) : this.scale.end;
    this.events = this.placed(story.time);
    this.order = ascends(this.events) ? undefined : byPlace(this.events);
    this.sorted = this.order ? Float64Array.from(this.order, row => this.events[row] as number) : this.events;
  }

  /** Where bar `at` begins and ends. */
  begins(at: number): number {
    const { spans } = this.story;
    return this.mode === 'logical'
      ? this.rowNear(spans.seqBegin[at] as number, spans.start[at] as number)
      : this.scale.place(spans.start[at] as number);
  }

  ends(at: number): number {
    const { spans } = this.story;
    return this.mode === 'logical'
      ? this.rowNear(spans.seqEnd[at] as number, spans.end[at] as number) + 0.6
      : this.scale.place(spans.end[at] as number);
  }

  /** The place of a moment that need not be that of an event. */
  placeOf(row: number, time: number): number | undefined {
    return this.events[row] ?? (Number.isFinite(time) ? (this.mode === 'logical' ? this.end : this.scale.place(time)) : undefined);
  }

  /** The row of the event with a sequence number, or of the last one before it. */
  row(seq: number): number {
    const { seq: all } = this.story;
    const guess = seq - (all[0] ?? 0);
    return all[guess] === seq ? guess : Math.max(0, lastAtOrBelow(all, seq));
  }

  /** The row of an event; of what is in no log, of the last event before that moment. */
  private rowNear(seq: number, time: number): number {
    return seq > 0 ? this.row(seq) : Math.max(0, lastAtOrBelow(this.story.time, time));
  }

  /** The event nearest to a place; -1 where there is none. */
  nearest(place: number): number {
    const before = lastAtOrBelow(this.sorted, place);
    const after = Math.min(before + 1, this.sorted.length - 1);
    const low = Math.max(before, 0);
    const closer = Math.abs((this.sorted[low] ?? 0) - place) <= Math.abs((this.sorted[after] ?? 0) - place) ? low : after;
    return this.sorted.length ? (this.order?.[closer] ?? closer) : -1;
  }

  private placed(times: Float64Array): Float64Array {
    if (this.mode === 'logical') {
      return Float64Array.from(times, (_, row) => row);
    }
    return this.scale.breaks.length || !times.length
      ? times.map(time => this.scale.place(time))
      : shifted(times, this.scale.place(0));
  }
}

function shifted(times: Float64Array, by: number): Float64Array {
  const out = new Float64Array(times.length);
  for (let at = 0; at < times.length; at++) {
    out[at] = (times[at] as number) + by;
  }
  return out;
}

function extent({ time, spans }: Story): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of [time, spans.start, spans.end]) {
    for (let at = 0; at < column.length; at++) {
      const value = column[at] as number;
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

function byPlace(places: Float64Array): Uint32Array {
  return Uint32Array.from(places, (_, at) => at).sort((left, right) => (places[left] as number) - (places[right] as number));
}
