/** How time becomes a place: as it was, with long gaps shortened to labelled breaks, or one unit per event. */
export type Mode = 'wall' | 'compressed' | 'logical';

/** A stretch in which nothing happened, in milliseconds since the epoch. */
export interface Gap {
  start: number;
  end: number;
}

/** A shortened gap is drawn as wide as this share of what remains. */
const BREAK_SHARE = 0.03;
/** Gaps below this share of the whole stay as they are: shortening them would gain nothing. */
const LONG_SHARE = 0.04;
/** And below a second they are no gaps to anybody, in milliseconds. */
const SHORTEST = 1000;
const MOST_BREAKS = 60;

/** Last index whose value is at or below `value`; -1 for none. `values` ascend. */
export function lastAtOrBelow(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** The long gaps between moments that need not be in order, the longest first where there are too many. */
export function longGaps(moments: Float64Array): Gap[] {
  if (moments.length < 3) {
    return [];
  }
  const sorted = ascends(moments) ? moments : moments.slice().sort();
  const [start, end] = [sorted[0] as number, sorted[sorted.length - 1] as number];
  const long = (end - start) * LONG_SHARE;
  const gaps: Gap[] = [];
  for (let at = 1; at < sorted.length; at++) {
    const [from, to] = [sorted[at - 1] as number, sorted[at] as number];
    if (to - from > long && to - from > SHORTEST) {
      gaps.push({ start: from, end: to });
    }
  }
  gaps.sort((left, right) => right.end - right.start - (left.end - left.start));
  return gaps.slice(0, MOST_BREAKS).sort((left, right) => left.start - right.start);
}

/** Whether no value is below the one before. */
export function ascends(values: ArrayLike<number>): boolean {
  for (let at = 1; at < values.length; at++) {
    if ((values[at] as number) < (values[at - 1] as number)) {
      return false;
    }
  }
  return true;
}

/** Places by moment: straight lines between knots. */
export class Scale {
  private readonly times: number[];
  private readonly places: number[];
  readonly breaks: readonly Gap[];

  constructor(start: number, end: number, gaps: readonly Gap[] = []) {
    this.breaks = gaps.filter(gap => gap.start >= start && gap.end <= end);
    const cut = this.breaks.reduce((sum, gap) => sum + gap.end - gap.start, 0);
    const width = Math.max(1, (end - start - cut) * BREAK_SHARE);
    [this.times, this.places] = [[start], [0]];
    let place = 0;
    let last = start;
    for (const gap of this.breaks) {
      place += gap.start - last;
      this.knot(gap.start, place);
      place += Math.min(width, gap.end - gap.start);
      this.knot(gap.end, place);
      last = gap.end;
    }
    this.knot(Math.max(end, last + 1), place + Math.max(end - last, 1));
  }

  get end(): number {
    return this.places[this.places.length - 1] ?? 1;
  }

  /** The place of a moment. */
  place(moment: number): number {
    return between(this.times, this.places, moment);
  }

  /** The moment at a place. */
  moment(place: number): number {
    return between(this.places, this.times, place);
  }

  private knot(time: number, place: number): void {
    this.times.push(time);
    this.places.push(place);
  }
}

function between(from: readonly number[], to: readonly number[], value: number): number {
  const at = Math.max(0, Math.min(from.length - 2, lastAtOrBelow(from, value)));
  const [low, high] = [from[at] as number, from[at + 1] as number];
  const [start, end] = [to[at] as number, to[at + 1] as number];
  return high === low ? start : start + ((value - low) / (high - low)) * (end - start);
}
