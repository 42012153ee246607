import type { Cursor } from '../app/cursor';
import type { Permit } from '../app/permit';
import type { Replays } from '../app/replays';
import { button } from '../parts/button';
import { element, fill } from '../parts/element';
import { notice } from '../parts/notice';
import { words, type DataSource } from '../source/source';
import { OUTCOME_LOOKS, type BranchRow, type Edit, type Frontier } from '../wire';
import { Difference } from './difference';
import { EditForm } from './edit_form';
import { frontierForm } from './frontier';
import { drawTree } from './tree';

/** What if: edit, replay, answer, compare. The past stays where it is. */
export class WhatIf {
  readonly node: HTMLElement;
  private readonly outcome = element('div', { class: 'dw-outcome-box', role: 'status' });
  private readonly form: EditForm;
  private readonly tree = element('div', {});
  private readonly difference: Difference;
  private aimed = '';

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly replays: Replays,
    private readonly permit: Permit
  ) {
    this.form = new EditForm(cursor, source, () => replays.reason(), edit => void this.replay(edit));
    this.difference = new Difference(source);
    const left = element('div', { class: 'dw-whatif-left' }, this.outcome, this.form.node);
    const right = element('div', { class: 'dw-whatif-right' }, element('h4', {}, 'Branches'), this.tree, this.difference.node);
    this.node = element('div', { class: 'dw-whatif', 'data-roomy': true }, left, right);
    replays.onRows = () => this.draw();
    cursor.listen(change => {
      if (change === 'run') {
        this.difference.node.hidden = true;
        if (cursor.run) {
          void replays.refresh().catch(() => this.draw());
        }
      }
      if (change !== 'place') {
        this.draw();
      }
      if (!this.node.hidden) {
        this.aim();
      }
    });
  }

  /** The panel is seen now: take the call at the cursor. */
  aim(): void {
    const aimed = `${this.cursor.run?.id} ${this.cursor.seq}`;
    if (aimed !== this.aimed) {
      this.aimed = aimed;
      void this.form.aim().catch(error => this.fail(error));
    }
  }

  edit(): void {
    this.aim();
    this.form.focus();
  }

  private async replay(edit: Edit): Promise<void> {
    fill(this.outcome, notice('running', 'Replaying; no step is called…'));
    try {
      await this.replays.tryOut(edit);
      this.node.scrollTop = 0;
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const { title, hint } = words(error);
    fill(this.outcome, notice('hazard', title, hint));
  }

  private draw(): void {
    const { branch } = this.cursor;
    fill(this.outcome, ...(branch?.edited ? this.result(branch) : this.permit.invitation()));
    drawTree(this.tree, this.replays.rows, branch?.edited ? branch.id : '', {
      show: row => (row ? void this.replays.open(row).catch(error => this.fail(error)) : this.cursor.show(undefined)),
      compare: row => this.compare(row.branch),
      save: (row, name) => void this.save(row, name)
    });
  }

  private result(branch: NonNullable<Cursor['branch']>): HTMLElement[] {
    const { outcome, edits, first_difference: first } = branch.answer;
    const look = OUTCOME_LOOKS[outcome.word];
    const unused = edits.filter(each => each.unused).map(each => `No call met: ${each.text}`);
    const line = element(
      'p',
      { class: `dw-result dw-result-${outcome.word}` },
      element('span', { class: 'dw-word' }, `${look.glyph} ${look.label}`),
      outcome.frontier ? '' : ` ${outcome.text}`,
      ...(first >= 0 ? [button({ name: 'Go to the first difference', text: 'first difference' }, () => this.cursor.move(first))] : []),
      button({ name: 'Compare with what was recorded', text: 'compare' }, () => this.compare(branch.id, outcome.frontier))
    );
    const parts: HTMLElement[] = [line, ...unused.map(text => element('p', { class: 'dw-warn' }, text))];
    if (outcome.divergence) {
      parts.push(element('p', { class: 'dw-warn' }, outcome.divergence.text));
    }
    if (outcome.frontier) {
      parts.push(frontierForm(outcome.frontier, edit => void this.replay(edit), () => this.compare(branch.id, outcome.frontier)));
    }
    return parts;
  }

  private compare(branch: string, frontier: Frontier | null = null): void {
    const runId = this.cursor.run?.id ?? '';
    const open = frontier ? `The branch waits at ${frontier.call || frontier.name}: what was recorded after that is not reached, which says nothing about it.` : '';
    void this.difference.show({ run_id: runId }, { run_id: runId, branch }, open);
  }

  private async save(row: BranchRow, name: string): Promise<void> {
    try {
      await this.source.ask({ ask: 'save', branch: row.branch, name });
      await this.replays.refresh();
    } catch (error) {
      this.fail(error);
    }
  }
}
