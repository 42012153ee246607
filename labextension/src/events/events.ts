import type { Cursor } from '../app/cursor';
import { button } from '../parts/button';
import { element, fill, setAttribute, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import { notice } from '../parts/notice';
import { PayloadTree } from '../parts/payload';
import { splitter } from '../parts/splitter';
import { VirtualTable, type Column } from '../parts/table';
import { clockText, momentText } from '../parts/units';
import type { Branch } from '../source/branch';
import { words, type DataSource } from '../source/source';
import { SOURCES } from '../wire';

/** The payload is asked for when the cursor rests: stepping fast asks for nothing. */
const REST = 120;
const GOOD = /Completed|Fired|Resolved/;
const BAD = /Failed|TimedOut/;

/** The events of the track in a table that stands at the cursor; below it the payload of the event. */
export class Events {
  readonly node: HTMLElement;
  private readonly table: VirtualTable;
  private readonly payload = element('div', { class: 'dw-payload' });
  private timer = 0;
  private shown = '';

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly onEdit: () => void
  ) {
    this.table = new VirtualTable('Events', this.columns(), {
      onSelect: row => cursor.move(row),
      onOpen: () => this.payload.querySelector<HTMLElement>('[role=treeitem]')?.focus()
    });
    this.node = element('div', { class: 'dw-events' }, this.table.node, splitter('payload', 'y', this.payload, true), this.payload);
    cursor.listen(change => {
      if (change !== 'place') {
        this.table.setRows(cursor.length);
      }
      this.table.select(cursor.at);
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.load(), change === 'run' ? 0 : REST);
    });
  }

  focus(): void {
    this.table.node.focus();
  }

  private columns(): Column[] {
    const { cursor } = this;
    const text = (of: (at: number) => string) => (cell: HTMLElement, at: number) => setText(cell, of(at));
    return [
      { name: 'seq', label: 'event', width: '4em', right: true, show: text(at => numberOf(cursor, at)) },
      { name: 'type', label: 'what', width: 'minmax(8em, 1.4fr)', show: (cell, at) => showType(cell, cursor, at) },
      { name: 'name', label: 'name', width: 'minmax(5em, 1.2fr)', show: text(at => cursor.track?.name(at) ?? '') },
      { name: 'tag', label: '', width: 'minmax(3em, 0.9fr)', show: (cell, at) => showTag(cell, cursor, at) },
      { name: 'time', label: 'UTC', width: '7.6em', show: (cell, at) => showTime(cell, cursor.track?.time(at) ?? NaN) }
    ];
  }

  private async load(): Promise<void> {
    const { run } = this.cursor;
    const seq = this.cursor.track?.seq(this.cursor.at) ?? 0;
    const key = `${run?.id} ${seq} ${this.cursor.branch ? `${this.cursor.branch.id} ${this.cursor.at}` : ''}`;
    if (key === this.shown) {
      return;
    }
    this.shown = key;
    try {
      if (!run || seq === 0) {
        await this.beyond();
        return;
      }
      const { body } = await this.source.ask({ ask: 'payload', run_id: run.id, seq });
      if (this.shown !== key) {
        return; // the cursor has gone on meanwhile
      }
      const tree = new PayloadTree(`Payload of event ${seq}`, async (path, start) => {
        const more = await this.source.ask({ ask: 'payload', run_id: run.id, seq, path, start });
        return more.body.node;
      });
      tree.show(body.node);
      fill(this.payload, this.head(seq, body.name, body.position), ...(body.error ? [notice('hazard', body.error)] : []), tree.node);
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.payload, notice('hazard', title, hint));
    }
  }

  /** A stop of a branch that no event was recorded for: what was asked or answered there, in words. */
  private async beyond(): Promise<void> {
    const stop = this.cursor.branch && this.cursor.stop;
    if (!stop) {
      fill(this.payload);
      return;
    }
    const { body } = await this.source.ask({ ask: 'stop', branch: stop.branch.id, index: stop.index });
    const said = body.note ? element('p', { class: 'dw-value' }, body.note) : '';
    const where = `${body.event} ${body.name} ${body.position && `at ${body.position}`}`;
    const origin = body.source && body.source !== 'recorded' ? ` (${body.source}, not recorded)` : '';
    fill(this.payload, element('div', { class: 'dw-payload-head' }, element('strong', {}, where), origin), said);
  }

  private head(seq: number, name: string, position: string): HTMLElement {
    const edit = button({ name: 'Edit result: what if this had answered otherwise?', text: 'Edit result', glyph: 'edit', key: 'e' }, () => this.onEdit());
    const where = [name, position && `at ${position}`].filter(Boolean).join(' ');
    return element('div', { class: 'dw-payload-head' }, element('strong', {}, `event ${seq}`), ' ', where, edit);
  }
}

function numberOf(cursor: Cursor, at: number): string {
  const seq = cursor.track?.seq(at) ?? 0;
  return seq > 0 ? String(seq) : '·';
}

function showType(cell: HTMLElement, cursor: Cursor, at: number): void {
  const type = cursor.track?.type(at) ?? '';
  const spot = type === 'Line' ? cursor.track?.spot(at) : undefined;
  setText(cell, spot ? `line ${spot.line}` : type);
  setAttribute(cell, 'data-mood', BAD.test(type) ? 'bad' : GOOD.test(type) ? 'good' : type === 'RunRecovered' ? 'break' : undefined);
}

function showTag(cell: HTMLElement, cursor: Cursor, at: number): void {
  const { branch, run } = cursor;
  if (branch) {
    showSource(cell, branch, at);
    return;
  }
  const attempt = run?.attempt(at) ?? 0;
  setText(cell, [attempt > 1 ? `attempt ${attempt}` : '', run?.tag(at) ?? ''].filter(Boolean).join(', '));
}

function showSource(cell: HTMLElement, branch: Branch, at: number): void {
  const source = branch.source(at);
  const known = SOURCES.includes(source) && (source === 'edited' || source === 'supplied' || source === 'live');
  fill(cell, ...(known ? [glyph(source === 'live' ? 'bolt' : 'edit'), source] : [source]));
}

function showTime(cell: HTMLElement, time: number): void {
  setText(cell, clockText(time));
  cell.title = momentText(time) && `${momentText(time)} UTC`;
}
