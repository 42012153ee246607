import type { Item } from '../parts/menu';
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

  /** Replay with all these edits, and show that at a stop. */
  async restore(edits: Edit[], stop: number | undefined): Promise<void> {
    this.cursor.show(await this.ask(edits, undefined, this.lines), stop);
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
      this.rows = latest(body.branches.filter(each => each.edits.length > 0));
      this.onRows();
    }
  }

  /** What the menu of branches offers. */
  items(open: (row: BranchRow) => void, edit: () => void): Item[] {
    const shown = this.cursor.branch?.edited ? this.cursor.branch.id : '';
    const branches = this.rows.map(row => ({
      label: row.name || row.edits.map(each => each.text).join('; '),
      chosen: row.branch !== '' && row.branch === shown,
      depth: 1,
      act: () => open(row)
    }));
    return [{ label: 'recorded', chosen: shown === '', act: () => this.cursor.show(undefined) }, ...branches, { label: '+ what-if', act: edit }];
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

/** A branch that was replayed again, as after the page was loaded again, is one branch. */
function latest(rows: BranchRow[]): BranchRow[] {
  const last = new Map(rows.map((row, at) => [JSON.stringify(row.edits), at]));
  const parents = new Set(rows.map(row => row.parent));
  return rows.filter((row, at) => row.name || parents.has(row.branch) || last.get(JSON.stringify(row.edits)) === at);
}
