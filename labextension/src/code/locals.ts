import type { Cursor } from '../app/cursor';
import { button } from '../parts/button';
import { element, fill, setAttribute } from '../parts/element';
import { notice } from '../parts/notice';
import type { Spot } from '../source/run';
import { words, type DataSource } from '../source/source';
import type { Frame, Local, StopAnswer } from '../wire';

const REST = 40;
const KEPT = 400;

/** The variables at the cursor with what changed, and the call stack. They come from a replay. */
export class Locals {
  readonly node: HTMLElement;
  private readonly body = element('div', { class: 'dw-locals' });
  private readonly stack = element('ol', { class: 'dw-stack', 'aria-label': 'Call stack' });
  private readonly kept = new Map<string, StopAnswer>();
  private timer = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly replay: { reason: () => string; start: () => Promise<void>; invitation: () => HTMLElement[] },
    private readonly onFrame: (spot: Spot) => void
  ) {
    this.node = element('div', { class: 'dw-locals-panel' }, this.body, this.stack);
    cursor.listen(() => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.load(), REST);
    });
  }

  private async load(): Promise<void> {
    const stop = this.cursor.stop;
    if (!stop) {
      fill(this.stack);
      fill(this.body, this.invitation());
      return;
    }
    const key = `${stop.branch.id} ${stop.index}`;
    try {
      const answer = this.kept.get(key) ?? (await this.source.ask({ ask: 'stop', branch: stop.branch.id, index: stop.index })).body;
      this.keep(key, answer);
      if (this.cursor.stop?.index === stop.index && this.cursor.stop.branch === stop.branch) {
        this.show(answer, 0);
      }
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.stack);
      fill(this.body, notice('hazard', title, hint), this.start('Replay again'));
    }
  }

  private keep(key: string, answer: StopAnswer): void {
    this.kept.set(key, answer);
    if (this.kept.size > KEPT) {
      this.kept.delete(this.kept.keys().next().value ?? '');
    }
  }

  /** What stands here before anything was replayed: opening a recording runs no code. */
  private invitation(): HTMLElement {
    const reason = this.replay.reason();
    return reason
      ? notice('list', 'No variables', reason, ...this.replay.invitation())
      : notice(
          'list',
          'Variables come from a replay',
          'It runs the workflow code over the log. No step is called; nothing outside is touched.',
          this.start('Replay this run')
        );
  }

  private start(text: string): HTMLElement {
    const made = button({ name: 'Replay this run to see its variables', text, key: 'r', kind: 'main', glyph: 'play' }, () => {
      made.disabled = true;
      void this.replay.start().finally(() => (made.disabled = false));
    });
    return made;
  }

  private show(answer: StopAnswer, depth: number): void {
    const frame = answer.stack[depth];
    const rows = frame?.locals.map(local => this.row(local)) ?? [];
    const note = answer.note ? [element('p', { class: 'dw-stop-note' }, answer.note)] : [];
    const table = element('table', { class: 'dw-locals-table', 'aria-label': 'Variables' }, element('tbody', {}, ...rows));
    fill(this.body, ...note, rows.length ? table : element('p', { class: 'dw-faint' }, 'No variables here.'));
    fill(this.stack, ...answer.stack.map((each, at) => this.frame(answer, each, at, at === depth)));
  }

  private row(local: Local): HTMLElement {
    const mark = element('td', { class: 'dw-changed' });
    if (local.changed_at >= 0) {
      const now = local.changed;
      const text = now ? '● changed' : `set at ${local.changed_at + 1}`;
      mark.append(button({ name: `Go to the stop at which ${local.name} got this value`, text }, () => this.go(local.changed_at)));
    }
    const value = element('div', { class: 'dw-value' }, local.text);
    value.addEventListener('click', () => value.classList.toggle('dw-unfolded'));
    const row = element('tr', {}, element('th', { scope: 'row' }, local.name), element('td', {}, value), mark);
    setAttribute(row, 'data-changed', local.changed);
    return row;
  }

  private go(stop: number): void {
    const { branch } = this.cursor;
    const at = branch ? stop : (this.cursor.replayed?.stops.row[stop] ?? -1);
    if (at >= 0) {
      this.cursor.move(at);
    }
  }

  private frame(answer: StopAnswer, frame: Frame, at: number, chosen: boolean): HTMLElement {
    const text = `${frame.function}, line ${frame.line}`;
    const made = button({ name: `Show ${text} of ${frame.file}`, text }, () => {
      this.show(answer, at);
      this.onFrame(frame);
    });
    setAttribute(made, 'aria-current', chosen ? 'true' : undefined);
    return element('li', {}, made);
  }
}
