import { button, toggle } from '../parts/button';
import { element, fill, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import { Menu, type Item } from '../parts/menu';
import { clockText, countText, momentText } from '../parts/units';
import type { Cursor } from './cursor';

export interface ToolbarActs {
  first: () => void;
  back: () => void;
  step: () => void;
  last: () => void;
  play: () => void;
  lines: (on: boolean) => void;
  search: (text: string) => void;
  edit: () => void;
  help: () => void;
  branches: () => Item[];
}

/** The row of buttons that moves the cursor, and says where it stands. */
export class Toolbar {
  readonly node: HTMLElement;
  readonly search = element('input', { type: 'search', class: 'dw-search', placeholder: 'search events…', 'aria-label': 'Search events; Enter goes to the next one', title: 'Search events (/); Enter goes to the next one' });
  private readonly place = element('span', { class: 'dw-place' });
  private readonly clock = element('span', { class: 'dw-clock' });
  private readonly play: HTMLButtonElement;
  private readonly lines: HTMLButtonElement;
  private readonly branches: Menu;

  constructor(
    private readonly cursor: Cursor,
    acts: ToolbarActs
  ) {
    this.branches = new Menu('Branch', acts.branches);
    this.play = button({ name: 'Play', glyph: 'play', key: 'space' }, acts.play);
    this.lines = toggle({ name: 'Stop at each line of code', text: 'lines', key: 'l' }, false, acts.lines);
    this.search.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        acts.search(this.search.value);
      }
    });
    const moves = element(
      'div',
      { role: 'group', 'aria-label': 'Move the cursor', class: 'dw-moves' },
      button({ name: 'First event', glyph: 'first', key: 'Home' }, acts.first),
      button({ name: 'Step back', glyph: 'back', text: 'back', key: '←' }, acts.back),
      button({ name: 'Step', glyph: 'step', text: 'step', key: '→' }, acts.step),
      button({ name: 'Last event', glyph: 'last', key: 'End' }, acts.last),
      this.play
    );
    this.node = element(
      'div',
      { role: 'toolbar', 'aria-label': 'Debugger', class: 'dw-toolbar' },
      moves,
      this.place,
      this.clock,
      this.lines,
      element(
        'div',
        { class: 'dw-tools' },
        glyph('search'),
        this.search,
        this.branches.node,
        button({ name: 'What-if: edit the result of this event', text: 'what-if', glyph: 'edit', key: 'e', kind: 'main' }, acts.edit),
        button({ name: 'All keys', glyph: 'help', key: '?' }, acts.help)
      )
    );
    cursor.listen(() => this.show());
    this.show();
  }

  setPlaying(playing: boolean): void {
    this.play.replaceChildren(glyph(playing ? 'pause' : 'play'));
    const name = playing ? 'Pause' : 'Play';
    this.play.setAttribute('aria-label', name);
    this.play.title = `${name} (space)`;
  }

  setLines(on: boolean): void {
    this.lines.setAttribute('aria-pressed', String(on));
  }

  private show(): void {
    const { cursor } = this;
    const noun = cursor.branch ? 'stop' : 'event';
    setText(this.place, cursor.length ? `${noun} ${countText(cursor.at + 1)} of ${countText(cursor.length)}` : 'no events');
    const time = cursor.track?.time(cursor.at) ?? NaN;
    fill(this.clock, clockText(time) && `${clockText(time)} UTC`);
    this.clock.title = momentText(time) && `${momentText(time)} UTC${cursor.branch ? ', by the clock of the branch' : ''}`;
    this.branches.say(cursor.branch?.edited ? cursor.branch.title : 'recorded');
  }
}
