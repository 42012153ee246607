import type { DataSource } from '../source/source';
import type { Timeline } from '../timeline/timeline';
import type { Change, Cursor } from './cursor';
import { storyOf, storyOfBranch } from './story';

/** Has the timeline draw what the cursor shows; the lanes of a branch that pretends something lie under the recorded ones. */
export class Drawing {
  /** The run that the timeline shows, and its branch. */
  private drawn = '';

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly timeline: Timeline
  ) {}

  async follow(change: Change): Promise<void> {
    const { run, branch } = this.cursor;
    if (!run || change === 'place' || (change !== 'run' && !run.whole)) {
      return; // the bars of a run that is still being read come last
    }
    const what = branch?.edited ? `${run.id} ${branch.id}` : run.id;
    const more = this.drawn === what;
    this.drawn = what;
    await this.timeline.show(branch?.edited ? await storyOfBranch(this.source, run, branch) : storyOf(run), more);
  }
}
