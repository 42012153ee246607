import type { Permit } from '../app/permit';
import { button, toggle } from '../parts/button';
import { choice } from '../parts/choice';
import { element, fill, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import { notice, snippet } from '../parts/notice';
import { VirtualTable } from '../parts/table';
import { countText } from '../parts/units';
import { words, type DataSource } from '../source/source';
import { STATUSES } from '../wire';
import { Choosing } from './choosing';
import { columnsOfRuns } from './columns';
import { JUDGED, Roster, type GroupName, type Line, type SortName, type Wish } from './roster';

/** How many runs one question of triage asks about: an answer in a fraction of a second. */
const CHUNK = 2000;

/** The list of runs: the first screen of a recording with many. */
export class Runs {
  readonly node: HTMLElement;
  readonly search = element('input', { type: 'search', class: 'dw-search', placeholder: 'filter runs…', 'aria-label': 'Filter runs' });
  /** How long the last filter took, in milliseconds. */
  spent = 0;
  private readonly count = element('span', { class: 'dw-count', role: 'status' });
  private readonly unjudged = button({ name: 'Judge every run of this large recording', text: 'Judge all runs' }, () => this.judgeAll());
  private readonly face = element('div', {});
  private readonly group: HTMLSelectElement;
  private readonly byReason = toggle({ name: 'Runs that are so for the same reason, together', text: 'by reason', glyph: 'list' }, false, on => this.groupBy(on ? 'reason' : ''));
  private readonly table: VirtualTable;
  private readonly choosing: Choosing;
  private roster: Roster | undefined;
  private lines: Line[] = [];
  private wish: Wish = { text: '', status: '', sort: 'started', descending: true, group: '', folded: new Set() };

  constructor(
    private readonly source: DataSource,
    private readonly onOpen: (runId: string) => void,
    permit: Permit,
    private readonly judges: () => boolean = () => true
  ) {
    this.choosing = new Choosing(source, permit, {
      roster: () => this.roster,
      lines: () => this.lines,
      open: onOpen,
      acted: () => void this.load()
    });
    this.table = new VirtualTable(
      'Runs',
      columnsOfRuns({ roster: () => this.roster, line: row => this.lines[row], chosen: this.choosing.chosen }),
      {
        onSelect: row => this.choosing.select(row) || this.fold(this.lines[row]),
        onOpen: row => this.open(this.lines[row]),
        onHead: name => this.sort(name as SortName)
      },
      26
    );
    this.choosing.listen(this.table);
    this.group = this.groups();
    this.search.addEventListener('input', () => this.want({ text: this.search.value }));
    this.search.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        this.table.node.focus();
        event.preventDefault();
      }
    });
    this.node = element('div', { class: 'dw-runs' }, this.bar(), this.face, this.choosing.bar.node, this.choosing.together.node, this.table.node);
  }

  /** Fetch the runs, then judge them chunk by chunk. */
  async load(): Promise<void> {
    fill(this.face, notice('running', 'Reading the runs…'));
    try {
      const roster = new Roster(await this.source.ask({ ask: 'runs' }));
      this.choosing.carry(this.roster, roster);
      this.roster = roster;
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.face, notice('hazard', title, hint));
      return;
    }
    fill(this.face);
    if (!this.roster.length) {
      fill(this.face, noRuns());
    }
    this.want({});
    this.unjudged.hidden = this.judges();
    if (this.unjudged.hidden) {
      this.judgeAll();
    }
  }

  get loaded(): boolean {
    return this.roster !== undefined;
  }

  focus(): void {
    this.choosing.draw();
    this.table.node.focus();
  }

  private judgeAll(): void {
    this.unjudged.hidden = true;
    if (this.roster) {
      void this.judge(this.roster);
    }
  }

  private async judge(roster: Roster): Promise<void> {
    for (let start = 0; start < roster.length && this.roster === roster; start += CHUNK) {
      try {
        const { body } = await this.source.ask({ ask: 'triage', start, count: CHUNK });
        roster.judge(body.start, body.rows);
      } catch (error) {
        setText(this.count, `not judged: ${words(error).title}`);
        return;
      }
      // Names of groups and ranks may depend on what has come; a plain list only needs its seen rows again.
      if (this.wish.group || JUDGED.includes(this.wish.sort)) {
        this.want({});
      } else {
        this.table.draw();
      }
    }
  }

  private bar(): HTMLElement {
    const status = choice('Status', [['', 'any status'], ...STATUSES.map(each => [each, each] as const)], value =>
      this.want({ status: value as Wish['status'] })
    );
    return element('div', { class: 'dw-bar' }, glyph('search'), this.search, status, this.group, this.byReason, this.count, this.unjudged, element('span', { class: 'dw-faint' }, 'space chooses, Shift+↓ more, Ctrl+A all'));
  }

  private groups(): HTMLSelectElement {
    const names: [GroupName, string][] = [['', 'no groups'], ['reason', 'by reason'], ['status', 'by status'], ['workflow', 'by workflow'], ['verdict', 'by verdict']];
    return choice('Group', names, value => this.groupBy(value as GroupName));
  }

  private groupBy(group: GroupName): void {
    this.group.value = group;
    this.byReason.setAttribute('aria-pressed', String(group === 'reason'));
    this.want({ group, folded: new Set() });
  }

  private want(change: Partial<Wish>): void {
    this.wish = { ...this.wish, ...change };
    if (!this.roster) {
      return;
    }
    const before = performance.now();
    this.lines = this.roster.lines(this.wish);
    this.choosing.linesCame();
    this.table.setRows(this.lines.length);
    this.spent = performance.now() - before;
    const shown = this.roster.found.length;
    setText(this.count, shown === this.roster.length ? countText(shown, 'run') : `${countText(shown)} of ${countText(this.roster.length, 'run')}`);
    this.table.sorted(this.wish.sort, this.wish.descending ? 'descending' : 'ascending');
  }

  private sort(sort: SortName): void {
    this.want({ sort, descending: this.wish.sort === sort ? !this.wish.descending : sort === 'started' || sort === 'duration' || sort === 'hazards' || sort === 'stake' });
  }

  private open(line: Line | undefined): void {
    if (typeof line === 'number' && this.roster) {
      this.onOpen(this.roster.id(line));
    }
  }

  private fold(line: Line | undefined): void {
    if (typeof line === 'object') {
      const folded = new Set(this.wish.folded);
      if (!folded.delete(line.key)) {
        folded.add(line.key);
      }
      this.want({ folded });
    }
  }
}

function noRuns(): HTMLElement {
  return notice(
    'list',
    'No run is recorded here yet',
    'Record one: it appears when its first event is on disk.',
    snippet('with wb.Recorder("shop.wlog") as recorder:\n    recorder.run(checkout, order, id="order-42")')
  );
}
