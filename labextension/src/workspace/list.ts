import { safetyBadge } from '../parts/badge';
import { button } from '../parts/button';
import { choice } from '../parts/choice';
import { element, fill, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import { notice, snippet } from '../parts/notice';
import { VirtualTable } from '../parts/table';
import { countText, momentText } from '../parts/units';
import { words } from '../source/source';
import type { WorkspaceAnswer, WorkspaceRow } from '../wire';
import { inOrder, stakeText, standingText, type Order } from './recordings';

const ROW = 62;
const ORDERS: [Order, string][] = [['newest', 'newest first'], ['worst', 'worst first'], ['stake', 'most at stake first'], ['name', 'by name']];

/** The recordings of a workspace with their triage, sortable; a click or Enter opens one. */
export class RecordingList {
  readonly node: HTMLElement;
  private readonly count = element('span', { class: 'dw-count', role: 'status' });
  private readonly face = element('div', {});
  private readonly table: VirtualTable;
  private rows: WorkspaceRow[] = [];
  private order: Order = 'newest';
  private loading: Promise<void> | undefined;

  constructor(
    private readonly read: () => Promise<WorkspaceAnswer>,
    private readonly onOpen: (path: string) => void
  ) {
    const card = { name: 'recording', label: '', width: '1fr', show: (cell: HTMLElement, row: number) => this.showRow(cell, row) };
    this.table = new VirtualTable('Recordings', [card], { onClick: row => this.open(row), onOpen: row => this.open(row) }, ROW);
    const order = choice('Order of the recordings', ORDERS, value => {
      this.order = value as Order;
      this.show();
    });
    const refresh = button({ name: 'Look for recordings again', glyph: 'again' }, () => void this.refresh());
    const bar = element('div', { class: 'dw-bar' }, this.count, element('span', { class: 'dw-grow' }), order, refresh);
    this.node = element('div', { class: 'dw-app dw-workspace' }, bar, this.face, this.table.node);
    this.show();
  }

  /** Look for recordings again; what was found before is seen meanwhile. */
  refresh(): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = undefined));
    return this.loading;
  }

  focus(): void {
    this.table.node.focus();
  }

  private async load(): Promise<void> {
    if (!this.rows.length) {
      fill(this.face, notice('running', 'Looking for recordings…'));
    }
    try {
      const answer = await this.read();
      this.rows = answer.recordings;
      fill(this.face, ...(this.rows.length ? leftOff(answer.left_off) : [nothingYet()]));
    } catch (error) {
      const { title, hint } = words(error);
      this.rows = [];
      fill(this.face, notice('hazard', title, hint));
    }
    this.show();
  }

  private show(): void {
    this.rows = inOrder(this.rows, this.order);
    setText(this.count, this.rows.length ? countText(this.rows.length, 'recording') : '');
    this.table.node.hidden = !this.rows.length;
    this.table.setRows(this.rows.length);
  }

  private open(row: number): void {
    const chosen = this.rows[row];
    if (chosen) {
      this.onOpen(chosen.path);
    }
  }

  private showRow(cell: HTMLElement, at: number): void {
    const row = this.rows[at];
    if (!row) {
      return;
    }
    const standing = standingText(row);
    const stake = stakeText(row);
    const facts = [row.best, stake && `${stake} at stake`, `${momentText(row.modified_ms).slice(5, 16)} UTC`];
    fill(
      cell,
      element('div', { class: 'dw-card' }, element('strong', { class: 'dw-line' }, row.name), ...(row.safety ? [safetyBadge(row.safety)] : [])),
      element('div', { class: row.problem ? 'dw-line dw-warn' : 'dw-line' }, ...(row.problem ? [glyph('hazard')] : []), standing),
      element('div', { class: 'dw-line dw-faint' }, facts.filter(Boolean).join(' · '))
    );
    cell.title = `${row.path}\n${standing}\n${countText(row.size, 'byte')}, written ${momentText(row.modified_ms)} UTC`;
  }
}

function leftOff(count: number): HTMLElement[] {
  const text = count < 0 ? 'There may be more: the search was cut short.' : `${countText(count)} older ones are not listed.`;
  return count ? [element('p', { class: 'dw-faint dw-bar', role: 'status' }, text)] : [];
}

function nothingYet(): HTMLElement {
  return notice(
    'list',
    'No recording lies here yet',
    'Record a run, or make an example: in a terminal',
    snippet('workbench demo'),
    'In a notebook or a program:',
    snippet('import workbench as wb\n\nwith wb.Recorder("shop.wlog") as recorder:\n    recorder.run(checkout, order, id="order-42")'),
    'Then look again with the round arrow above. Histories of Temporal, Restate and AWS (.json) and databases of DBOS (.sqlite) are listed too.'
  );
}
