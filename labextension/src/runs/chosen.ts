import type { Line, Roster } from './roster';

/** Which runs of a list a person has chosen. */
export class Chosen {
  count = 0;
  private marks = new Uint8Array(0);
  /** The lines between which the last stretch was chosen. */
  private anchor = -1;
  private reach = -1;

  has(at: number): boolean {
    return this.marks[at] === 1;
  }

  /** The list was read again: the same runs stay chosen, wherever they stand now. */
  carry(before: Roster | undefined, now: Roster): void {
    const kept = new Set(before ? this.numbers().map(at => before.id(at)) : []);
    this.marks = new Uint8Array(now.length);
    this.count = 0;
    this.forget();
    for (let at = 0; kept.size && at < now.length; at++) {
      if (kept.has(now.id(at))) {
        this.set(at, true);
      }
    }
  }

  /** Numbers of the chosen runs. */
  numbers(): number[] {
    const found: number[] = [];
    for (let at = 0; found.length < this.count; at++) {
      if (this.marks[at]) {
        found.push(at);
      }
    }
    return found;
  }

  /** How many of these are chosen. */
  among(runs: ArrayLike<number>): number {
    let count = 0;
    for (let at = 0; at < runs.length; at++) {
      count += this.marks[runs[at] as number] as number;
    }
    return count;
  }

  setAll(runs: ArrayLike<number>, on: boolean): void {
    for (let at = 0; at < runs.length; at++) {
      this.set(runs[at] as number, on);
    }
  }

  /** Choose a line, or not any more: of a group all its runs. */
  toggle(line: Line, at: number): void {
    const runs = typeof line === 'number' ? [line] : line.runs;
    this.setAll(runs, this.among(runs) < runs.length);
    this.stand(at);
  }

  /** The next stretch begins at this line. */
  stand(at: number): void {
    [this.anchor, this.reach] = [at, at];
  }

  /** Other lines are shown: no stretch goes on from before. */
  forget(): void {
    this.stand(-1);
  }

  /** Choose everything from where the last choice stood to this line, in place of the stretch before. */
  stretch(lines: readonly Line[], at: number): void {
    const anchor = this.anchor < 0 ? at : this.anchor;
    this.setAll(runsBetween(lines, anchor, this.reach), false);
    this.setAll(runsBetween(lines, anchor, at), true);
    [this.anchor, this.reach] = [anchor, at];
  }

  private set(at: number, on: boolean): void {
    this.count += Number(on) - (this.marks[at] as number);
    this.marks[at] = Number(on);
  }
}

function runsBetween(lines: readonly Line[], one: number, other: number): number[] {
  return one < 0 || other < 0 ? [] : lines.slice(Math.min(one, other), Math.max(one, other) + 1).filter(line => typeof line === 'number');
}
