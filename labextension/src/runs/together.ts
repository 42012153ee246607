import type { Permit } from '../app/permit';
import { safetyBadge } from '../parts/badge';
import { allow, button } from '../parts/button';
import { element, fill, setText } from '../parts/element';
import { glyph, type GlyphName } from '../parts/glyph';
import { notice } from '../parts/notice';
import { VirtualTable, type Column } from '../parts/table';
import { countText } from '../parts/units';
import { words, type DataSource } from '../source/source';
import type { Action, Deed, EachRow } from '../wire';
import { consequenceOf, Deeds } from './deeds';

const DEEDS: Record<Deed, [GlyphName, string, string]> = {
  planned: ['list', 'would be done', ''],
  done: ['done', 'done', ''],
  surprise: ['failed', 'refused', 'surprise'],
  untouched: ['close', 'left out', 'untouched']
};

export interface TogetherActs {
  /** A run is to be looked at. */
  open: (runId: string) => void;
  /** Runs were acted on: the list is of before that. */
  acted: () => void;
  close: () => void;
}

/** Many runs at once: the dry run of each, what a person accepts, the one button, and what came of it. */
export class Together {
  readonly node = element('section', { class: 'dw-together', 'aria-label': 'What would happen', hidden: true });
  private readonly status = element('p', { class: 'dw-together-status', role: 'status' });
  private readonly progress = element('progress', { 'aria-label': 'Runs done' });
  private readonly stop = button({ name: 'Stop after this run', text: 'Stop', glyph: 'close' }, () => this.deeds?.end('a person stopped it'));
  private readonly detail = element('div', { class: 'dw-together-detail' });
  private readonly by = element('input', { class: 'dw-by-input', placeholder: 'who decides (you)', 'aria-label': 'Who decides', title: 'Who decides: the user of the kernel by default' });
  private readonly why = element('input', { class: 'dw-why-input', placeholder: 'why (for the record)', 'aria-label': 'Why, for the record' });
  private readonly go = button({ name: 'Act', text: 'Act', glyph: 'bolt', kind: 'main' }, () => void this.act());
  private readonly form = element('div', { class: 'dw-bar' }, this.by, this.why, this.go);
  private readonly bar: HTMLElement;
  private readonly table: VirtualTable;
  private deeds: Deeds | undefined;
  private row = -1;

  constructor(
    private readonly source: DataSource,
    private readonly permit: Permit,
    private readonly acts: TogetherActs
  ) {
    const close = button({ name: 'Close the dry run', glyph: 'close' }, () => this.close());
    this.go.classList.add('dw-act');
    this.table = new VirtualTable('Chosen runs', this.columns(), {
      onSelect: row => this.select(row),
      onOpen: row => acts.open(this.deeds?.rows[row]?.run_id ?? '')
    }, 24);
    this.table.node.addEventListener('keydown', event => this.key(event));
    this.table.node.addEventListener('click', event => this.click(event), true);
    this.bar = element('div', { class: 'dw-bar' }, this.status, this.progress, this.stop, element('span', { class: 'dw-grow' }), close);
  }

  /** Make the dry runs of these. */
  async plan(runIds: readonly string[], action: Action | ''): Promise<void> {
    this.deeds?.end('another dry run began');
    const deeds = new Deeds(this.source, runIds, action, () => this.draw());
    [this.deeds, this.row] = [deeds, -1];
    this.node.hidden = false;
    fill(this.detail);
    fill(this.node, this.bar, this.table.node, this.detail, this.form);
    this.draw();
    try {
      await deeds.plan();
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.detail, notice('hazard', title, hint, ...this.permit.wayOut(error)));
    }
  }

  private close(): void {
    this.deeds?.end('the dry run was closed');
    this.deeds = undefined;
    this.node.hidden = true;
    fill(this.node);
    this.acts.close();
  }

  private async act(): Promise<void> {
    await this.deeds?.act(this.by.value.trim(), this.why.value.trim());
    this.acts.acted();
  }

  private draw(): void {
    const { deeds } = this;
    if (!deeds) {
      return;
    }
    const working = deeds.phase === 'planning' || deeds.phase === 'acting';
    this.table.setRows(deeds.rows.length);
    [this.progress.hidden, this.stop.hidden, this.form.hidden] = [!working, deeds.phase !== 'acting', deeds.phase !== 'planned'];
    [this.progress.max, this.progress.value] = deeds.phase === 'acting' ? [deeds.queue.length, deeds.done] : [deeds.runIds.length, deeds.rows.length];
    setText(this.status, statusText(deeds));
    if (deeds.phase === 'planned') {
      this.judge(deeds);
    }
    this.select(this.row);
  }

  private judge(deeds: Deeds): void {
    const wanted = deeds.rows.filter(row => deeds.wanted(row));
    const text = wanted.length ? consequenceOf(wanted) : 'Nothing can be done';
    setText(this.go.lastElementChild as Element, text);
    const bold = wanted.some(row => deeds.accepts(row));
    this.go.classList.toggle('dw-danger', bold);
    this.go.classList.toggle('dw-main', !bold);
    const reason = this.permit.notToAct() || (wanted.length ? '' : 'nothing among these is SAFE, or accepted');
    allow(this.go, text, reason);
  }

  /** Say of one row what stands behind it. */
  private select(row: number): void {
    this.row = row;
    const of = this.deeds?.rows[row];
    if (!of || !this.deeds) {
      return;
    }
    const against = of.objections.map(each => element('li', {}, element('strong', {}, each.id), ' ', safetyBadge(each.safety), ` ${each.reason}`));
    const open = button({ name: `Open ${of.run_id}`, text: of.run_id }, () => this.acts.open(of.run_id));
    open.classList.add('dw-link');
    fill(
      this.detail,
      element('p', {}, open, ` ${actionText(of)}: `, safetyBadge(of.safety), ` ${of.because}`),
      of.consequence ? element('p', { class: 'dw-faint' }, of.consequence) : '',
      ...(against.length ? [element('ul', { class: 'dw-objections', 'aria-label': 'What speaks against it' }, ...against)] : [])
    );
  }

  private columns(): Column[] {
    const text = (of: (row: EachRow) => string) => (cell: HTMLElement, at: number): void => {
      const row = this.deeds?.rows[at];
      setText(cell, row ? of(row) : '');
      cell.title = cell.textContent ?? '';
    };
    const show = (of: (row: EachRow) => (Node | string)[]) => (cell: HTMLElement, at: number): void => {
      const row = this.deeds?.rows[at];
      fill(cell, ...(row ? of(row) : []));
    };
    return [
      { name: 'run', label: 'run', width: 'minmax(8em, 1fr)', show: text(row => row.run_id) },
      { name: 'action', label: 'action', width: 'minmax(6em, 1fr)', show: text(actionText) },
      { name: 'safety', label: 'safety', width: '8.6em', show: show(row => [safetyBadge(row.safety)]) },
      { name: 'because', label: 'because', width: 'minmax(8em, 3fr)', show: text(row => row.because) },
      { name: 'accept', label: 'accept', width: 'minmax(4em, 0.9fr)', show: (cell, at) => this.showAccept(cell, at) },
      { name: 'deed', label: 'outcome', width: 'minmax(9.2em, 0.8fr)', show: show(row => this.outcome(row)) }
    ];
  }

  private showAccept(cell: HTMLElement, at: number): void {
    const [deeds, row] = [this.deeds, this.deeds?.rows[at]];
    if (!deeds || !row || deeds.phase !== 'planned' || !deeds.mayAccept(row)) {
      setText(cell, '');
      return;
    }
    const ids = row.objections.map(each => each.id).join(', ');
    const box = cell.querySelector('input') ?? element('input', { type: 'checkbox', tabindex: -1 });
    const label = cell.querySelector('label') ?? element('label', {}, box, element('span', {}));
    box.checked = deeds.accepts(row);
    box.setAttribute('aria-label', `${ids}: accept for ${row.run_id}`);
    setText(label.lastElementChild as Element, ids);
    label.title = row.objections.map(each => `${each.id}: ${each.safety}, ${each.reason}`).join('\n');
    if (label.parentElement !== cell) {
      cell.replaceChildren(label);
    }
  }

  private outcome(row: EachRow): (Node | string)[] {
    const [phase, accepted] = [this.deeds?.phase, this.deeds?.accepts(row)];
    if (!row.action) {
      return row.safety === 'SAFE' ? [glyph('done'), 'nothing to do'] : [glyph('question'), 'no SAFE action'];
    }
    if (phase === 'planned' && accepted) {
      return [glyph('bolt'), 'accepted'];
    }
    const [mark, before, after] = DEEDS[row.deed];
    return [glyph(mark), phase === 'ended' || phase === 'acting' ? after || before : before];
  }

  /** Space accepts for the run at hand, or not any more. */
  private key(event: KeyboardEvent): void {
    if (event.key === ' ' && event.target === this.table.node) {
      event.preventDefault();
      this.accept(this.row);
    }
  }

  private click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target instanceof HTMLInputElement) {
      event.stopPropagation();
      this.accept(Number(target.closest<HTMLElement>('[data-row]')?.dataset.row ?? -1));
      this.table.node.focus();
    }
  }

  private accept(at: number): void {
    const row = this.deeds?.rows[at];
    if (row && this.deeds?.phase === 'planned' && this.deeds.mayAccept(row)) {
      this.row = at;
      this.table.select(at);
      this.deeds.accept(row, !this.deeds.accepts(row));
    }
  }
}

function actionText({ action, from_step }: EachRow): string {
  return `${action || 'no action'} ${from_step}`.trim();
}

function statusText(deeds: Deeds): string {
  const { rows, runIds, queue, phase } = deeds;
  if (phase === 'planning') {
    return deeds.stopped ? `${deeds.stopped}.` : `Dry run of ${countText(runIds.length, 'run')}: ${countText(rows.length)} looked at; nothing is done…`;
  }
  if (phase === 'planned') {
    const refused = rows.filter(row => row.deed === 'surprise').length;
    const idle = rows.filter(row => row.deed === 'untouched').length;
    const would = rows.length - refused - idle;
    const parts = [`${countText(would)} would be done`, refused ? `${countText(refused)} refused unless accepted` : '', idle ? `${countText(idle)} with nothing to do, or no SAFE action` : ''];
    return `Dry run of ${countText(rows.length, 'run')}: ${parts.filter(Boolean).join(', ')}.`;
  }
  const done = queue.filter(at => rows[at]?.deed === 'done').length;
  if (phase === 'acting') {
    return `${countText(deeds.done)} of ${countText(queue.length, 'run')} acted on; now ${rows[queue[deeds.done] ?? -1]?.run_id ?? ''}…`;
  }
  const left = queue.filter(at => rows[at]?.deed === 'untouched').length;
  return deeds.stopped
    ? `Stopped: ${deeds.stopped}. ${countText(done)} done, ${countText(left)} untouched.`
    : `All ${countText(done, 'run')} done.`;
}
