import type { Tabs } from '../parts/tabs';
import type { Timeline } from '../timeline/timeline';
import type { Edit } from '../wire';
import type { Change, Cursor } from './cursor';
import type { Memory } from './host';
import type { Layout } from './layout';

/** What a host is asked to keep is small: the edits of a branch that are longer than this are not. */
const LONGEST = 200_000;

/** Begins as it was left, and keeps how it is left: time axis, zoom, tab, panels, branch. */
export class Keeping {
  constructor(
    private readonly memory: Memory,
    parts: { timeline: Timeline; layout: Layout; tabs: Tabs }
  ) {
    const { timeline, layout, tabs } = parts;
    const { tab, folded, sizes } = this.panels;
    const time = memory.get('time');
    if (time) {
      timeline.setMode(time);
    }
    if (typeof tab === 'string' && tabs.has(tab)) {
      tabs.show(tab);
    }
    layout.restore({ folded: Array.isArray(folded) ? folded.map(String) : [], sizes: numbersOf(sizes) });
    timeline.onMode = mode => memory.set('time', mode);
    timeline.onView = zoom => this.keep({ zoom });
    layout.onChange = left => this.keep({ ...left });
  }

  /** The stretch of the timeline that was seen; nothing for all of it. */
  get zoom(): [number, number] | undefined {
    const { zoom } = this.panels;
    return Array.isArray(zoom) && zoom.length === 2 && zoom.every(Number.isFinite) ? (zoom as [number, number]) : undefined;
  }

  /** The edits of the branch that was shown. */
  get edits(): Edit[] {
    try {
      const edits: unknown = JSON.parse(this.memory.get('branch') || '[]');
      return Array.isArray(edits) ? (edits as Edit[]) : [];
    } catch {
      return []; // nothing that this app wrote
    }
  }

  /** The stop of that branch at which the cursor stood. */
  get stop(): number | undefined {
    const { stop } = this.panels;
    return typeof stop === 'number' ? stop : undefined;
  }

  tab(name: string): void {
    this.keep({ tab: name });
  }

  /** Where the cursor stands now. */
  stand(cursor: Cursor, change: Change): void {
    const { branch } = cursor;
    if (cursor.run) {
      this.memory.set('cursor', cursor.seq);
    }
    if (change === 'run' || change === 'track') {
      this.branch(branch?.edited ? branch.answer.edits.map(each => each.edit) : []);
    }
    if (branch?.edited) {
      this.keep({ stop: cursor.at });
    }
  }

  branch(edits: readonly Edit[]): void {
    const text = edits.length ? JSON.stringify(edits) : '';
    this.memory.set('branch', text.length > LONGEST ? '' : text);
  }

  private get panels(): Record<string, unknown> {
    return this.memory.get('panels') ?? {};
  }

  private keep(part: Record<string, unknown>): void {
    this.memory.set('panels', { ...this.panels, ...part });
  }
}

function numbersOf(value: unknown): Record<string, number> {
  const found = Object.entries((value ?? {}) as Record<string, unknown>).filter(([, each]) => Number.isFinite(each));
  return Object.fromEntries(found) as Record<string, number>;
}
