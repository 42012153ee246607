import { patternOf, type Ink, type Look } from './ink';
import type { Lanes } from './lanes';
import type { View } from './view';

/** A bar of a microsecond must be seen. */
const NARROWEST = 2;
/** Below this width a pattern is noise. */
const PATTERNED = 7;
/** Beyond so many bars their marks would hide them, and letters take long to draw. */
const MOST_MARKS = 400;
/** Attempts are stacked up to so many; later ones share the last place. */
const MOST_STACKED = 4;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  narrow: boolean;
}

/** Which lanes are drawn where. */
export interface Band {
  lane: number;
  top: number;
  height: number;
}

/** Draws bars: gathers boxes by state, then paints state after state so that what went wrong lies on top. */
export class Bars {
  private readonly patterns: (CanvasPattern | null)[];

  constructor(
    private readonly pen: CanvasRenderingContext2D,
    private readonly looks: readonly Look[],
    private readonly ink: Ink
  ) {
    this.patterns = looks.map(look => patternOf(pen, look));
  }

  /** Draw the lanes of `bands` within `view`; returns how many boxes that took. */
  draw(lanes: Lanes, view: View, bands: readonly Band[], marks = true): number {
    const boxes: Box[][] = this.looks.map(() => []);
    for (const band of bands) {
      this.gather(lanes, view, band, boxes);
    }
    const count = boxes.reduce((sum, list) => sum + list.length, 0);
    boxes.forEach((list, state) => this.paint(list, state));
    if (marks && count <= MOST_MARKS) {
      boxes.forEach((list, state) => this.mark(list, state));
    }
    return count;
  }

  private gather(lanes: Lanes, view: View, band: Band, boxes: Box[][]): void {
    const stacked = Math.min(MOST_STACKED, lanes.attempts[band.lane] ?? 1);
    const { attempt } = lanes.chart.story.spans;
    // The right end of what a state has covered in each place of the stack: bars come in order, so the rest is hidden.
    const covered = new Float64Array(this.looks.length * (MOST_STACKED + 1)).fill(-Infinity);
    const unit = 1 / (window.devicePixelRatio || 1);
    lanes.draw(band.lane, view.from, view.to, view.length(unit), (begin, end, states, bar) => {
      const place = bar < 0 ? MOST_STACKED : Math.min(stacked, Math.max(1, attempt[bar] as number)) - 1;
      const height = bar < 0 ? band.height : band.height / stacked;
      const x = Math.max(view.left - NARROWEST, view.x(begin));
      const right = Math.min(view.right + NARROWEST, Math.max(view.x(end), x + (bar < 0 ? unit : NARROWEST)));
      for (let state = 0; states >> state; state++) {
        const slot = state * (MOST_STACKED + 1) + place;
        if (!((states >> state) & 1) || right <= (covered[slot] as number)) {
          continue;
        }
        const list = boxes[state] as Box[];
        const last = list[list.length - 1];
        const narrow = bar < 0 || right - x <= NARROWEST;
        const y = bar < 0 ? band.top : band.top + place * height;
        if (narrow && last?.narrow && x <= (covered[slot] as number) + unit && last.y === y && last.height === height) {
          last.width = right - last.x; // neighbours too narrow to tell apart are one box
        } else {
          list.push({ x, y, width: right - x, height, narrow });
        }
        covered[slot] = right;
      }
    });
  }

  private paint(boxes: readonly Box[], state: number): void {
    const { pen } = this;
    pen.fillStyle = this.looks[state]?.colour ?? this.ink.faint;
    for (const { x, y, width, height } of boxes) {
      pen.fillRect(x, y, width, Math.max(1, height - 1));
    }
    const pattern = this.patterns[state];
    if (pattern) {
      pen.fillStyle = pattern;
      for (const { x, y, width, height } of boxes) {
        if (width >= PATTERNED) {
          pen.fillRect(x, y, width, Math.max(1, height - 1));
        }
      }
    }
  }

  private mark(boxes: readonly Box[], state: number): void {
    const look = this.looks[state];
    if (!look || look.glyph === '■') {
      return;
    }
    const { pen } = this;
    pen.font = `bold ${this.ink.font}`;
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    for (const { x, y, width, height } of boxes) {
      if (height >= 7) {
        const at: [number, number] = [x + width + 2, y + height / 2];
        pen.lineWidth = 3;
        pen.strokeStyle = this.ink.ground;
        pen.strokeText(look.glyph, ...at);
        pen.fillStyle = this.ink.text;
        pen.fillText(look.glyph, ...at);
      }
    }
  }
}
