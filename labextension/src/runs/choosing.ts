import type { Permit } from '../app/permit';
import { allow, button } from '../parts/button';
import { choice } from '../parts/choice';
import { element, fill, setText } from '../parts/element';
import type { VirtualTable } from '../parts/table';
import { countText } from '../parts/units';
import type { DataSource } from '../source/source';
import type { Action } from '../wire';
import { Chosen } from './chosen';
import type { Line, Roster } from './roster';
import { Together } from './together';

export interface ChoosingActs {
  roster: () => Roster | undefined;
  lines: () => readonly Line[];
  open: (runId: string) => void;
  acted: () => void;
}

const ACTIONS: readonly [Action | '', string][] = [
  ['', 'the best of each'],
  ['resume', 'resume'],
  ['retry_from', 'retry_from'],
  ['rerun', 'rerun'],
  ['compensate', 'compensate']
];

/** Choosing runs in the list, by mouse and keyboard, and the bar that says what can be done with them. */
export class Choosing {
  readonly chosen = new Chosen();
  readonly bar: ChosenBar;
  readonly together: Together;
  private readonly all = element('input', { type: 'checkbox', 'aria-label': 'Choose every run found', title: 'Choose every run found (Ctrl+A)' });
  private table: VirtualTable | undefined;
  private row = -1;
  private shift = false;

  constructor(
    source: DataSource,
    permit: Permit,
    private readonly acts: ChoosingActs
  ) {
    this.together = new Together(source, permit, { open: acts.open, acted: acts.acted, close: () => this.table?.node.focus() });
    this.bar = new ChosenBar(permit, { plan: action => void this.together.plan(this.runIds(), action), none: () => this.none() });
    this.all.addEventListener('change', () => {
      this.chooseAll(this.all.checked);
      this.table?.node.focus();
    });
  }

  /** Hear what is done with the list, before the list does. */
  listen(table: VirtualTable): void {
    this.table = table;
    const { node } = table;
    node.querySelector('[data-head=chosen]')?.replaceChildren(this.all);
    node.addEventListener('keydown', event => this.key(event), true);
    node.addEventListener('mousedown', event => event.shiftKey && event.preventDefault()); // no text is marked
    node.addEventListener('click', event => this.click(event), true);
    node.addEventListener('dblclick', event => isBox(event.target) && event.stopPropagation(), true);
  }

  /** A row became the current one; whether that chose a stretch of rows. */
  select(row: number): boolean {
    const { shift } = this;
    this.shift = false;
    this.row = row;
    if (shift) {
      this.chosen.stretch(this.acts.lines(), row);
      this.changed();
    } else {
      this.chosen.stand(row);
    }
    return shift;
  }

  carry(before: Roster | undefined, now: Roster): void {
    this.chosen.carry(before, now);
    this.changed();
  }

  /** Other lines are shown. */
  linesCame(): void {
    this.chosen.forget();
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.table?.node) {
      return;
    }
    this.shift = event.shiftKey && event.key !== 'Enter';
    const line = this.acts.lines()[this.row];
    if (event.key === ' ' && line !== undefined) {
      this.chosen.toggle(line, this.row);
      this.changed();
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      this.chooseAll(true);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private click(event: MouseEvent): void {
    this.shift = event.shiftKey;
    if (!isBox(event.target) || event.target === this.all) {
      return;
    }
    event.stopPropagation();
    const row = Number(event.target.closest<HTMLElement>('[data-row]')?.dataset.row ?? -1);
    const line = this.acts.lines()[row];
    this.row = row;
    this.table?.select(row);
    if (event.shiftKey) {
      this.select(row);
    } else if (line !== undefined) {
      this.chosen.toggle(line, row);
    }
    this.table?.node.focus();
    this.changed();
  }

  private chooseAll(on: boolean): void {
    const roster = this.acts.roster();
    if (roster) {
      this.chosen.setAll(roster.found, on);
      this.changed();
    }
  }

  private none(): void {
    const roster = this.acts.roster();
    if (roster) {
      this.chosen.setAll(this.chosen.numbers(), false);
      this.changed();
      this.table?.node.focus();
    }
  }

  private runIds(): string[] {
    const roster = this.acts.roster();
    return roster ? roster.inOrder(this.chosen.numbers()).map(at => roster.id(at)) : [];
  }

  private changed(): void {
    this.table?.draw();
    this.draw();
  }

  /** Say how many are chosen, and what may be done with them here now: a kernel may have come. */
  draw(): void {
    const found = this.acts.roster()?.found ?? new Uint32Array(0);
    const seen = this.chosen.count ? this.chosen.among(found) : 0;
    this.all.checked = seen > 0 && seen === found.length;
    this.all.indeterminate = seen > 0 && seen < found.length;
    this.bar.draw(this.chosen.count, seen);
  }
}

/** `12 runs chosen: what would happen?` */
class ChosenBar {
  readonly node = element('div', { class: 'dw-bar dw-chosen-bar', role: 'group', 'aria-label': 'Chosen runs', hidden: true });
  private readonly count = element('strong', { role: 'status' });
  private readonly reason = element('span', { class: 'dw-warn' });
  private readonly plan: HTMLButtonElement;
  private readonly way = element('span', {});
  private action: Action | '' = '';

  constructor(
    private readonly permit: Permit,
    acts: { plan: (action: Action | '') => void; none: () => void }
  ) {
    const action = choice('Action for all of them', ACTIONS, value => (this.action = value as Action | ''));
    const none = button({ name: 'Choose none', text: 'choose none' }, acts.none);
    this.plan = button({ name: 'Dry run: does nothing', text: 'What would happen?', glyph: 'list', kind: 'main' }, () => acts.plan(this.action));
    this.node.append(this.count, action, this.plan, none, this.reason, this.way);
  }

  /**
   * @param count How many are chosen.
   * @param seen How many of them the filter lets through.
   */
  draw(count: number, seen: number): void {
    this.node.hidden = count === 0;
    setText(this.count, `${countText(count, 'run')} chosen${seen < count ? `, ${countText(count - seen)} of them not shown` : ''}:`);
    const reason = this.permit.notToReplay(undefined);
    allow(this.plan, `Dry run of ${countText(count, 'run')}: does nothing`, reason);
    setText(this.reason, reason);
    fill(this.way, ...(reason ? this.permit.invitation() : []));
  }
}

function isBox(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.type === 'checkbox';
}
