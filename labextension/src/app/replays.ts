import { Branch } from '../source/branch';
import type { DataSource } from '../source/source';
import type { BranchRow, Edit } from '../wire';
import type { Cursor } from './cursor';
import type { Permit } from './permit';

/** Makes branches: the one place that asks for replays, and keeps what came back. */
export class Replays {
  private readonly kept = new Map<string, Branch>();
  rows: BranchRow[] = [];
  /** Whether stops are wanted at each line. */
  lines = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly permit: Permit
  ) {}

  /** Why nothing can be replayed here; nothing where it can. */
  reason(): string {
    return this.permit.notToReplay(this.cursor.run);
  }

  /** Replay the run as recorded, for its variables. */
  async replayRecorded(): Promise<Branch> {
    const branch = await this.ask([], undefined, this.lines);
    this.cursor.attach(branch);
    return branch;
  }

  /** Replay with one more edit than what is shown now, and show that. */
  async tryOut(edit: Edit): Promise<Branch> {
    const parent = this.cursor.branch?.edited ? this.cursor.branch.id : undefined;
    const branch = await this.ask([edit], parent, this.lines);
    const first = branch.answer.first_difference;
    this.cursor.show(branch, first >= 0 ? first : undefined);
    await this.refresh();
    return branch;
  }

  /** Show a branch that was made before. */
  async open(row: BranchRow): Promise<void> {
    const kept = this.kept.get(row.branch);
    const branch = kept ?? (await this.ask(row.edits.map(each => each.edit), undefined, this.lines));
    this.cursor.show(branch, branch.answer.first_difference >= 0 ? branch.answer.first_difference : undefined);
    await this.refresh();
  }

  /** Stop at each line of code, or only at events: replays what is shown. */
  async setLines(lines: boolean): Promise<void> {
    this.lines = lines;
    const shown = this.cursor.branch;
    const edits = shown?.answer.edits.map(each => each.edit) ?? [];
    const branch = await this.ask(edits, undefined, lines);
    if (edits.length || lines) {
      this.cursor.show(branch);
    } else {
      this.cursor.show(undefined);
      this.cursor.attach(branch);
    }
  }

  /** Read the tree of branches. */
  async refresh(): Promise<void> {
    const { run } = this.cursor;
    if (run) {
      const { body } = await this.source.ask({ ask: 'branches', run_id: run.id });
      this.rows = body.branches.filter(each => each.edits.length > 0);
      this.onRows();
    }
  }

  /** Called when the tree has changed. */
  onRows: () => void = () => undefined;

  private async ask(edits: Edit[], parent: string | undefined, lines: boolean): Promise<Branch> {
    const { run } = this.cursor;
    if (!run) {
      throw new Error('Open a run first');
    }
    const question = { ask: 'replay', run_id: run.id, edits, lines, ...(parent ? { parent } : {}) } as const;
    const branch = new Branch(await this.source.ask(question));
    this.kept.set(branch.id, branch);
    return branch;
  }
}
