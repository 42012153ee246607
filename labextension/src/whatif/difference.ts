import { element, fill, setAttribute, setText } from '../parts/element';
import { notice } from '../parts/notice';
import { VirtualTable } from '../parts/table';
import { words, type DataSource } from '../source/source';
import { CHANGE_LOOKS, type DiffRow, type Side } from '../wire';

const PAGE = 500;

/** Two sides, call by call; rows are fetched page by page as they are seen. */
export class Difference {
  readonly node = element('div', { class: 'dw-difference', hidden: true });
  private readonly text = element('p', { role: 'status' });
  private readonly open = element('p', { class: 'dw-warn' });
  private readonly table: VirtualTable;
  private rows = new Map<number, DiffRow>();
  private asked = new Set<number>();
  private sides: { left: Side; right: Side } | undefined;

  constructor(private readonly source: DataSource) {
    const text = (of: (row: DiffRow) => string) => (cell: HTMLElement, at: number): void => {
      const row = this.row(at);
      setText(cell, row ? of(row) : '…');
      setAttribute(cell, 'data-change', row?.what);
    };
    this.table = new VirtualTable('Difference', [
      { name: 'what', label: 'change', width: '9.5em', show: text(row => `${CHANGE_LOOKS[row.what].glyph} ${CHANGE_LOOKS[row.what].label}`) },
      { name: 'call', label: 'call', width: 'minmax(6em, 1fr)', show: text(row => `${row.name} ${row.position && `at ${row.position}`}`) },
      { name: 'left', label: 'left', width: 'minmax(6em, 2fr)', show: text(row => row.left) },
      { name: 'right', label: 'right', width: 'minmax(6em, 2fr)', show: text(row => row.right) },
      { name: 'seconds', label: 'later by', width: '6em', right: true, show: text(row => (row.seconds_more ? `${row.seconds_more.toFixed(3)} s` : '')) }
    ]);
    this.node.append(this.text, this.open, this.table.node);
  }

  /**
   * Compare two sides, and show where they part.
   * @param open What the right side left open; nothing where it came to its end.
   */
  async show(left: Side, right: Side, open = ''): Promise<void> {
    this.sides = { left, right };
    [this.rows, this.asked] = [new Map(), new Set()];
    this.node.hidden = false;
    setText(this.text, 'Comparing…');
    setText(this.open, open);
    try {
      const { body } = await this.source.ask({ ask: 'diff', left, right });
      body.rows.forEach((row, at) => this.rows.set(body.start + at, row));
      setText(this.text, body.text);
      this.table.setRows(body.total);
      this.table.select(body.first);
      this.node.scrollIntoView({ block: 'nearest' });
      this.table.node.focus({ preventScroll: true });
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.text, notice('hazard', title, hint));
    }
  }

  private row(at: number): DiffRow | undefined {
    const start = Math.floor(at / PAGE) * PAGE;
    if (!this.rows.has(at) && this.sides && !this.asked.has(start)) {
      this.asked.add(start);
      void this.source.ask({ ask: 'diff', ...this.sides, start, count: PAGE }).then(({ body }) => {
        body.rows.forEach((row, index) => this.rows.set(body.start + index, row));
        this.table.draw();
      });
    }
    return this.rows.get(at);
  }
}
