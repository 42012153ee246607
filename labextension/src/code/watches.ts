import type { Cursor } from '../app/cursor';
import { button } from '../parts/button';
import { element, fill } from '../parts/element';
import { lastAtOrBelow } from '../timeline/scale';
import { words, type DataSource } from '../source/source';
import type { WatchAnswer } from '../wire';

/** Expressions whose value is followed over all stops. */
export class Watches {
  readonly node: HTMLElement;
  readonly input = element('input', { class: 'dw-watch-input', placeholder: 'watch an expression, as order.total', 'aria-label': 'Watch an expression', title: 'Watch an expression (w)' });
  private readonly list = element('div', { class: 'dw-watch-list' });
  private readonly expressions: string[] = [];
  private readonly answers = new Map<string, WatchAnswer | string>();

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource
  ) {
    const form = element('form', { class: 'dw-watch-form' }, this.input);
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.add(this.input.value.trim());
      this.input.value = '';
    });
    this.node = element('div', { class: 'dw-watches' }, form, this.list);
    cursor.listen(change => {
      if (change !== 'place') {
        this.answers.clear();
        this.expressions.forEach(each => void this.load(each));
      }
      this.show();
    });
  }

  add(expression: string): void {
    if (expression && !this.expressions.includes(expression)) {
      this.expressions.push(expression);
      void this.load(expression);
      this.show();
    }
  }

  private async load(expression: string): Promise<void> {
    const branch = this.cursor.branch ?? this.cursor.replayed;
    if (!branch) {
      return;
    }
    try {
      this.answers.set(expression, (await this.source.ask({ ask: 'watch', branch: branch.id, expression })).body);
    } catch (error) {
      this.answers.set(expression, words(error).title);
    }
    this.show();
  }

  private show(): void {
    fill(this.list, ...this.expressions.map(each => this.row(each, this.answers.get(each))));
  }

  private row(expression: string, answer: WatchAnswer | string | undefined): HTMLElement {
    const remove = button({ name: `Stop watching ${expression}`, glyph: 'close' }, () => {
      this.expressions.splice(this.expressions.indexOf(expression), 1);
      this.show();
    });
    const head = element('div', { class: 'dw-watch' }, element('code', {}, expression), ' ');
    if (typeof answer !== 'object') {
      head.append(element('span', { class: 'dw-faint' }, answer ?? (this.cursor.stop ? '…' : 'replay to see it')), remove);
      return head;
    }
    const index = this.cursor.stop?.index ?? -1;
    const now = answer.values[lastAtOrBelow(answer.values.map(each => each.index), index)];
    head.append(element('span', { class: 'dw-value' }, now ? (now.text ?? now.error) : 'not set yet'), remove);
    const history = answer.values.slice(0, 200).map(each => this.sighting(each.index, each.text ?? each.error));
    const summary = element('summary', {}, `${answer.values.length} values over the run`);
    head.append(element('details', {}, summary, element('ol', { class: 'dw-history' }, ...history)));
    return head;
  }

  private sighting(index: number, text: string): HTMLElement {
    const branch = this.cursor.branch ?? this.cursor.replayed;
    const go = button({ name: `Go to stop ${index + 1}`, text: String(index + 1) }, () => {
      const at = this.cursor.branch ? index : (branch?.stops.row[index] ?? -1);
      if (at >= 0) {
        this.cursor.move(at);
      }
    });
    return element('li', {}, go, ' ', element('span', { class: 'dw-value' }, text));
  }
}
