import type { Chart } from './chart';
import { ascends } from './scale';

/** Bars per block of the first level, and blocks per block above. */
const FAN = 4;
/** Bars that are laid out between two looks at the clock. */
const CHUNK = 1 << 16;

/** Blocks of one level of detail: what they span and which states they hold (bit per state). */
interface Level {
  begin: Float64Array;
  end: Float64Array;
  states: Uint32Array;
  /** First block of each lane, and one more. */
  first: Uint32Array;
}

/** What is drawn: bars, or blocks of bars that are too narrow to tell apart. */
export type Draw = (begin: number, end: number, states: number, bar: number) => void;

/**
 * The bars of a chart by lane, with levels of detail above them.
 *
 * A block of a level stands for up to four of the level below, so a lane of a million bars has ten levels, and drawing it
 * visits only blocks that are wider than a pixel.
 */
export class Lanes {
  /** By lane and place: the number of the bar in the story. */
  private readonly bars: Uint32Array;
  private readonly levels: Level[] = [];
  /** How many attempts are seen side by side in a lane. */
  readonly attempts: Uint8Array;

  constructor(readonly chart: Chart) {
    const { spans, lanes } = chart.story;
    this.bars = new Uint32Array(spans.start.length);
    this.attempts = new Uint8Array(lanes.length).fill(1);
  }

  /** Lay the bars out, yielding now and then so that the page stays alive. */
  *build(): Generator<void> {
    const { spans, lanes, states } = this.chart.story;
    const first = grouped(spans.lane, lanes.length, this.bars);
    const ground: Level = {
      begin: new Float64Array(this.bars.length),
      end: new Float64Array(this.bars.length),
      states: new Uint32Array(this.bars.length),
      first
    };
    yield;
    for (let at = 0; at < this.bars.length; at++) {
      this.ground(ground, at, Math.max(1, states.length));
      if (at % CHUNK === CHUNK - 1) {
        yield;
      }
    }
    if (!this.ordered(ground)) {
      this.reorder(ground);
    }
    this.levels.push(ground);
    while (lanes.some((_, lane) => widest(this.top(), lane) > FAN)) {
      this.levels.push(above(this.top()));
      yield;
    }
  }

  get ready(): boolean {
    return this.levels.length > 0;
  }

  /** Draw what lies between two places in a lane; blocks narrower than `pixel` are drawn as one. */
  draw(lane: number, from: number, to: number, pixel: number, draw: Draw): void {
    const visit = (depth: number, first: number, last: number): void => {
      const level = this.levels[depth] as Level;
      for (let at = first; at < last; at++) {
        const begin = level.begin[at] as number;
        if (begin > to) {
          return;
        }
        const end = level.end[at] as number;
        if (end < from) {
          continue;
        }
        if (depth === 0) {
          draw(begin, end, level.states[at] as number, this.bars[at] as number);
        } else if (end - begin <= pixel) {
          draw(begin, end, level.states[at] as number, -1);
        } else {
          const below = this.levels[depth - 1] as Level;
          const start = (below.first[lane] as number) + (at - (level.first[lane] as number)) * FAN;
          visit(depth - 1, start, Math.min(start + FAN, below.first[lane + 1] as number));
        }
      }
    };
    if (this.ready) {
      const top = this.levels.length - 1;
      const { first } = this.top();
      visit(top, first[lane] as number, first[lane + 1] as number);
    }
  }

  private ground(level: Level, at: number, states: number): void {
    const { spans } = this.chart.story;
    const bar = this.bars[at] as number;
    level.begin[at] = this.chart.begins(bar);
    level.end[at] = this.chart.ends(bar);
    level.states[at] = 1 << Math.min(spans.state[bar] as number, states - 1);
    const lane = spans.lane[bar] as number;
    this.attempts[lane] = Math.max(this.attempts[lane] as number, Math.min(255, spans.attempt[bar] as number));
  }

  private ordered(level: Level): boolean {
    return this.chart.story.lanes.every((_, lane) => ascends(level.begin.subarray(level.first[lane], level.first[lane + 1])));
  }

  /** Clocks can go backwards: then log order is not the order of places. */
  private reorder(level: Level): void {
    for (let lane = 0; lane + 1 < level.first.length; lane++) {
      const [from, to] = [level.first[lane] as number, level.first[lane + 1] as number];
      const order = Uint32Array.from({ length: to - from }, (_, at) => from + at);
      order.sort((left, right) => (level.begin[left] as number) - (level.begin[right] as number));
      for (const column of [level.begin, level.end, level.states, this.bars]) {
        column.set(Array.from(order, at => column[at] as number), from);
      }
    }
  }

  private top(): Level {
    return this.levels[this.levels.length - 1] as Level;
  }
}

/** Sort bars by lane, keeping their order; returns the first place of each lane. */
function grouped(lanes: Uint32Array, count: number, out: Uint32Array): Uint32Array {
  const first = new Uint32Array(count + 1);
  for (let bar = 0; bar < lanes.length; bar++) {
    const after = (lanes[bar] as number) + 1;
    first[after] = (first[after] as number) + 1;
  }
  for (let lane = 0; lane < count; lane++) {
    first[lane + 1] = (first[lane + 1] as number) + (first[lane] as number);
  }
  const next = first.slice();
  for (let bar = 0; bar < lanes.length; bar++) {
    const lane = lanes[bar] as number;
    out[next[lane] as number] = bar;
    next[lane] = (next[lane] as number) + 1;
  }
  return first;
}

function widest(level: Level, lane: number): number {
  return (level.first[lane + 1] as number) - (level.first[lane] as number);
}

function above(below: Level): Level {
  const lanes = below.first.length - 1;
  const first = new Uint32Array(lanes + 1);
  for (let lane = 0; lane < lanes; lane++) {
    first[lane + 1] = (first[lane] as number) + Math.ceil(widest(below, lane) / FAN);
  }
  const blocks = first[lanes] as number;
  const level: Level = {
    begin: new Float64Array(blocks).fill(Infinity),
    end: new Float64Array(blocks).fill(-Infinity),
    states: new Uint32Array(blocks),
    first
  };
  for (let lane = 0; lane < lanes; lane++) {
    const [start, base] = [below.first[lane] as number, first[lane] as number];
    for (let at = start; at < (below.first[lane + 1] as number); at++) {
      const block = base + Math.floor((at - start) / FAN);
      level.begin[block] = Math.min(level.begin[block] as number, below.begin[at] as number);
      level.end[block] = Math.max(level.end[block] as number, below.end[at] as number);
      level.states[block] = (level.states[block] as number) | (below.states[at] as number);
    }
  }
  return level;
}
