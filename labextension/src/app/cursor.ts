import type { Branch } from '../source/branch';
import type { Run, Track } from '../source/run';

/** What has changed since the listeners last heard; `more` of the same run has come. */
export type Change = 'run' | 'track' | 'more' | 'place';

/**
 * The one place at which everything stands: a run, one of its tracks (as recorded, or a branch), an entry of that track.
 *
 * Panels listen; nobody keeps a place of their own.
 */
export class Cursor {
  run: Run | undefined;
  /** The branch that is shown; none for the run as recorded. */
  branch: Branch | undefined;
  /** The recorded run replayed without edits: where locals of recorded events come from. */
  replayed: Branch | undefined;
  at = 0;
  private readonly listeners = new Set<(change: Change) => void>();

  get track(): Track | undefined {
    return this.branch ?? this.run;
  }

  get length(): number {
    return this.track?.length ?? 0;
  }

  /** Number of the recorded event here, or of the last one before. */
  get seq(): number {
    for (let at = this.at; at >= 0; at--) {
      const seq = this.track?.seq(at) ?? 0;
      if (seq > 0) {
        return seq;
      }
    }
    return 0;
  }

  /** Row of the recorded event here; -1 beyond the log. */
  get row(): number {
    const seq = this.track?.seq(this.at) ?? 0;
    return this.branch && this.run ? (seq > 0 ? this.run.find(seq) : -1) : this.at;
  }

  /** The branch and stop whose locals belong to this place, if it was replayed. */
  get stop(): { branch: Branch; index: number } | undefined {
    const branch = this.branch ?? this.replayed;
    const index = this.branch ? this.at : (this.replayed?.ofRow(this.at) ?? -1);
    return branch && index >= 0 && index < branch.length ? { branch, index } : undefined;
  }

  listen(hear: (change: Change) => void): void {
    this.listeners.add(hear);
  }

  open(run: Run | undefined, at = 0): void {
    [this.run, this.branch, this.replayed] = [run, undefined, undefined];
    this.at = at;
    this.tell('run');
  }

  /** More of the run is here: the place is the same. */
  grow(): void {
    this.tell('more');
  }

  /** Show another track of the run, at the same recorded event where it has it, else at `at`. */
  show(branch: Branch | undefined, at?: number): void {
    const seq = this.seq;
    this.branch = branch;
    this.at = Math.max(0, Math.min(this.length - 1, at ?? this.track?.find(seq) ?? 0));
    this.tell('track');
  }

  /** A replay without edits has come: the place is the same, but now it has locals. */
  attach(replayed: Branch | undefined): void {
    this.replayed = replayed;
    this.tell('track');
  }

  move(at: number): void {
    const to = Math.max(0, Math.min(this.length - 1, at));
    if (to !== this.at && this.length) {
      this.at = to;
      this.tell('place');
    }
  }

  moveBy(steps: number): void {
    this.move(this.at + steps);
  }

  /** Go to a recorded event. */
  goTo(seq: number): void {
    this.move(this.track?.find(seq) ?? this.at);
  }

  /** Go to the next or previous entry for which `wanted` holds; says whether there is one. */
  seek(direction: 1 | -1, wanted: (at: number) => boolean): boolean {
    for (let at = this.at + direction; at >= 0 && at < this.length; at += direction) {
      if (wanted(at)) {
        this.move(at);
        return true;
      }
    }
    return false;
  }

  private tell(change: Change): void {
    this.listeners.forEach(hear => hear(change));
  }
}
