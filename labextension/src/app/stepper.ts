import type { Breakpoints } from '../code/breakpoints';
import type { Cursor } from './cursor';

/** Entries per second when playing. */
const PACE = 12;

/** Moves the cursor the ways that buttons and keys ask for. */
export class Stepper {
  private playing = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly breakpoints: Breakpoints,
    private readonly lines: () => boolean,
    private readonly onPlay: (playing: boolean) => void
  ) {}

  /** One stop on or back; stops at lines only where they are wanted. */
  step(direction: 1 | -1): boolean {
    const { cursor } = this;
    const before = cursor.at;
    if (cursor.branch && !this.lines()) {
      const { branch } = cursor;
      return cursor.seek(direction, at => !branch.isLine(at));
    }
    cursor.moveBy(direction);
    return cursor.at !== before;
  }

  /** The next entry of the same name. */
  same(direction: 1 | -1): void {
    const { track, at } = this.cursor;
    const name = track?.name(at);
    this.cursor.seek(direction, other => track?.name(other) === name && track?.type(other) !== 'Line');
  }

  /** On to the next breakpoint, or to the end. */
  goOn(): void {
    const { cursor } = this;
    if (!this.breakpoints.count || !cursor.seek(1, at => this.breakpoints.has(cursor.track?.spot(at)))) {
      cursor.move(cursor.length - 1);
    }
  }

  /** The next hazard's event; after the last one, the first. */
  hazard(): void {
    const { cursor } = this;
    const seqs = cursor.run?.pins.map(pin => pin.seq) ?? [];
    const next = seqs.find(seq => seq > cursor.seq) ?? seqs[0];
    if (next !== undefined) {
      cursor.goTo(next);
    }
  }

  /** The next entry that holds a text in its name, type, class of errors or number. */
  search(text: string): boolean {
    const { cursor } = this;
    const wanted = text.trim().toLowerCase();
    const { track, run, branch } = cursor;
    const holds = (at: number): boolean =>
      `${track?.type(at)} ${track?.name(at)} ${branch ? '' : run?.tag(at)} ${track?.seq(at)}`.toLowerCase().includes(wanted);
    if (!wanted || cursor.seek(1, holds)) {
      return wanted !== '';
    }
    for (let at = 0; at <= cursor.at; at++) {
      if (holds(at)) {
        cursor.move(at);
        return true;
      }
    }
    return false;
  }

  play(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    this.playing = window.setInterval(() => {
      const { cursor } = this;
      if (!this.step(1) || this.breakpoints.has(cursor.track?.spot(cursor.at))) {
        this.stop();
      }
    }, 1000 / PACE);
    this.onPlay(true);
  }

  stop(): void {
    window.clearInterval(this.playing);
    this.playing = 0;
    this.onPlay(false);
  }
}
