import type { Cursor } from './cursor';
import type { DataSource } from '../source/source';

/** Between two looks, in milliseconds; longer where taking the news in took long. */
const PACE = 2500;
const REST_FACTOR = 8;

export interface News {
  /** Whether it is looked for now: wanted, and somebody can see it. */
  wanted: () => boolean;
  /** Something was appended: `here` to the run that is shown, else elsewhere in the recording. */
  came: (here: boolean) => Promise<void>;
}

/** Looks again and again, calmly, whether another process has appended to the recording. */
export class Following {
  private timer = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly news: News
  ) {}

  start(): void {
    this.stop();
    this.timer = window.setTimeout(() => void this.look(), PACE);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
  }

  private async look(): Promise<void> {
    const timer = this.timer;
    const before = performance.now();
    try {
      if (this.news.wanted()) {
        const { run } = this.cursor;
        const question = { ask: 'follow', run_id: run?.id ?? '', since_seq: run?.headline.last_seq ?? 0 } as const;
        const { body } = await this.source.ask(question);
        if ((body.grew || body.events) && this.cursor.run?.id === run?.id) {
          await this.news.came(body.events !== null);
        }
      }
    } catch {
      // What fails now is asked again; what a person asks for says why it fails.
    }
    if (timer === this.timer) {
      const spent = performance.now() - before;
      this.timer = window.setTimeout(() => void this.look(), PACE + REST_FACTOR * spent);
    }
  }
}
