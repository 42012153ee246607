import { element, setAttribute, setText } from './element';

/** Above this height browsers stop placing elements right; the scroll bar then stands for more than it can show. */
const TALLEST = 8_000_000;
const OVERSCAN = 6;

export interface Column {
  name: string;
  /** Heading; columns without headings everywhere give a table without a head. */
  label: string;
  /** A track of a CSS grid, as `5em` or `minmax(8em, 1fr)`. */
  width: string;
  right?: boolean;
  /** Fill the cell for a row. The cell is reused: set everything that may differ. */
  show: (cell: HTMLElement, row: number) => void;
}

export interface TableEvents {
  /** A row was chosen by mouse or keyboard. */
  onSelect?: (row: number) => void;
  /** A row was clicked. */
  onClick?: (row: number) => void;
  /** Enter, or a double click. */
  onOpen?: (row: number) => void;
  /** A heading was clicked. */
  onHead?: (column: string) => void;
}

let made = 0;

/** A table of any length of which only the seen rows exist. Rows are numbers; what they mean is the columns' affair. */
export class VirtualTable {
  readonly node: HTMLElement;
  private readonly head = element('div', { class: 'dw-table-head', role: 'rowgroup' });
  private readonly space = element('div', { class: 'dw-table-space', role: 'presentation' });
  private readonly layer = element('div', { class: 'dw-table-rows', role: 'rowgroup' });
  private readonly pool: HTMLElement[] = [];
  private readonly heads = new Map<string, HTMLElement>();
  private readonly id = `dw-table-${made++}`;
  private count = 0;
  private selected = -1;
  private first = 0;
  private asked = 0;

  constructor(
    label: string,
    private readonly columns: readonly Column[],
    private readonly events: TableEvents = {},
    private readonly rowHeight = 22
  ) {
    this.space.append(this.layer);
    this.node = element('div', { class: 'dw-table dw-table-scroll', role: 'grid', tabindex: 0, 'aria-label': label });
    this.node.style.setProperty('--dw-tracks', columns.map(column => column.width).join(' '));
    this.node.style.setProperty('--dw-row', `${rowHeight}px`);
    if (columns.some(column => column.label)) {
      this.head.append(this.headings());
      this.node.append(this.head);
    }
    this.node.append(this.space);
    this.node.addEventListener('scroll', () => this.scrolled());
    this.node.addEventListener('wheel', event => this.wheel(event), { passive: false });
    this.node.addEventListener('keydown', event => this.key(event));
    this.layer.addEventListener('click', event => this.pick(event, false));
    this.layer.addEventListener('dblclick', event => this.pick(event, true));
    new ResizeObserver(() => this.select(this.selected)).observe(this.node); // what is chosen stays in sight
  }

  get rows(): number {
    return this.count;
  }

  /** Show so many rows; what was chosen stays chosen where it still exists. */
  setRows(count: number): void {
    this.count = count;
    this.selected = Math.min(this.selected, count - 1);
    this.node.setAttribute('aria-rowcount', String(count));
    this.space.style.height = `${Math.min(TALLEST, count * this.rowHeight)}px`;
    this.first = Math.min(this.first, this.furthest());
    this.draw();
  }

  /** Mark a row as the current one and make it seen; -1 for none. Tells nobody. */
  select(row: number): void {
    this.selected = Math.min(row, this.count - 1);
    if (row >= 0) {
      this.reveal(row);
    }
    this.draw();
  }

  /** Write on a heading which way it sorts. */
  sorted(column: string, direction: 'ascending' | 'descending'): void {
    for (const [name, head] of this.heads) {
      setAttribute(head, 'aria-sort', name === column ? direction : undefined);
    }
  }

  /** Fill the seen rows again. */
  draw(): void {
    const height = this.room;
    const from = Math.max(0, Math.floor(this.first) - OVERSCAN);
    const to = Math.min(this.count, Math.ceil(this.first + height / this.rowHeight) + OVERSCAN);
    this.layer.style.transform = `translateY(${this.node.scrollTop - (this.first - from) * this.rowHeight}px)`;
    let active = '';
    for (let at = 0; at < Math.max(to - from, this.pool.length); at++) {
      const row = (this.pool[at] ??= this.row(at));
      row.hidden = at >= to - from;
      if (!row.hidden) {
        this.show(row, from + at);
        active = from + at === this.selected ? row.id : active;
      }
    }
    setAttribute(this.node, 'aria-activedescendant', active || undefined);
  }

  private show(row: HTMLElement, index: number): void {
    row.dataset.row = String(index);
    row.setAttribute('aria-rowindex', String(index + 1));
    row.setAttribute('aria-selected', String(index === this.selected));
    this.columns.forEach((column, at) => column.show(row.children[at] as HTMLElement, index));
  }

  private row(at: number): HTMLElement {
    const cells = this.columns.map(column =>
      element('div', { role: 'gridcell', class: column.right ? 'dw-cell dw-right' : 'dw-cell', 'data-column': column.name })
    );
    const row = element('div', { role: 'row', class: 'dw-row', id: `${this.id}-${at}` }, ...cells);
    this.layer.append(row);
    return row;
  }

  private headings(): HTMLElement {
    const row = element('div', { role: 'row', class: 'dw-row' });
    for (const column of this.columns) {
      const head = element('div', { role: 'columnheader', class: column.right ? 'dw-cell dw-right' : 'dw-cell', 'data-head': column.name });
      if (this.events.onHead) {
        const sort = element('button', { type: 'button', class: 'dw-sort', title: `Sort by ${column.label}` }, column.label);
        sort.addEventListener('click', () => this.events.onHead?.(column.name));
        head.append(sort);
      } else {
        setText(head, column.label);
      }
      this.heads.set(column.name, head);
      row.append(head);
    }
    return row;
  }

  /** Pixels for rows: the head stays in sight above them. */
  private get room(): number {
    return this.node.clientHeight - this.head.offsetHeight;
  }

  private furthest(): number {
    return Math.max(0, this.count - Math.floor(this.room / this.rowHeight));
  }

  /** Rows per pixel of the scroll bar, which cannot be as tall as a long table. */
  private scale(): number {
    const room = this.space.offsetHeight - this.room;
    return room > 0 ? this.furthest() / room : 0;
  }

  private scrolled(): void {
    if (Math.abs(this.node.scrollTop - this.asked) > 1) {
      // At full height a pixel is a pixel; only a bar that stands for more is read as a share.
      const exact = this.count * this.rowHeight <= TALLEST;
      this.first = exact ? this.node.scrollTop / this.rowHeight : this.node.scrollTop * this.scale();
      this.asked = this.node.scrollTop;
    }
    this.draw();
  }

  private wheel(event: WheelEvent): void {
    if (this.count * this.rowHeight <= TALLEST || event.ctrlKey) {
      return;
    }
    event.preventDefault();
    this.move(this.first + event.deltaY / this.rowHeight);
    this.draw();
  }

  private move(first: number): void {
    this.first = Math.max(0, Math.min(this.furthest(), first));
    const exact = this.count * this.rowHeight <= TALLEST;
    const top = exact ? this.first * this.rowHeight : this.scale() ? this.first / this.scale() : 0;
    this.node.scrollTop = top;
    this.asked = this.node.scrollTop;
    if (exact) {
      this.first = this.asked / this.rowHeight;
    }
  }

  private reveal(row: number): void {
    const seen = Math.max(1, Math.floor(this.room / this.rowHeight));
    if (row < this.first) {
      this.move(row - 1);
    } else if (row >= this.first + seen) {
      this.move(row - seen + 2);
    }
  }

  private pick(event: Event, open: boolean): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (row) {
      const at = Number(row.dataset.row);
      this.choose(at, open);
      if (!open) {
        this.events.onClick?.(at);
      }
    }
  }

  private choose(row: number, open: boolean): void {
    if (open) {
      this.events.onOpen?.(row);
    } else {
      this.select(row);
      this.events.onSelect?.(row);
    }
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.node || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor(this.room / this.rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: this.selected + 1,
      ArrowUp: this.selected - 1,
      PageDown: this.selected + page,
      PageUp: this.selected - page,
      Home: 0,
      End: this.count - 1
    };
    const to = moves[event.key];
    if (to === undefined && event.key !== 'Enter') {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const row = Math.max(0, Math.min(this.count - 1, to ?? this.selected));
    if (this.count > 0) {
      this.choose(row, to === undefined);
    }
  }
}
