import type { Spot } from '../source/run';

/** Lines at which going on stops. */
export class Breakpoints {
  private readonly lines = new Set<string>();

  has(spot: Spot | undefined): boolean {
    return spot !== undefined && this.lines.has(`${spot.line} ${spot.file}`);
  }

  toggle(spot: Spot): boolean {
    const line = `${spot.line} ${spot.file}`;
    return this.lines.delete(line) ? false : Boolean(this.lines.add(line));
  }

  get count(): number {
    return this.lines.size;
  }
}
