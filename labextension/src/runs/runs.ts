import { safetyBadge, statusBadge } from '../parts/badge';
import { button } from '../parts/button';
import { choice } from '../parts/choice';
import { element, fill, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import { notice, snippet } from '../parts/notice';
import { VirtualTable, type Column } from '../parts/table';
import { countText, durationText, momentText } from '../parts/units';
import { words, type DataSource } from '../source/source';
import { STATUSES } from '../wire';
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
  private readonly table: VirtualTable;
  private roster: Roster | undefined;
  private lines: Line[] = [];
  private wish: Wish = { text: '', status: '', sort: 'started', descending: true, group: '', folded: new Set() };

  constructor(
    private readonly source: DataSource,
    private readonly onOpen: (runId: string) => void,
    private readonly judges: () => boolean = () => true
  ) {
    this.table = new VirtualTable(
      'Runs',
      this.columns(),
      {
        onSelect: row => this.toggle(this.lines[row]),
        onOpen: row => this.open(this.lines[row]),
        onHead: name => this.sort(name as SortName)
      },
      26
    );
    this.search.addEventListener('input', () => this.want({ text: this.search.value }));
    this.search.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        this.table.node.focus();
        event.preventDefault();
      }
    });
    this.node = element('div', { class: 'dw-runs' }, this.bar(), this.face, this.table.node);
  }

  /** Fetch the runs, then judge them chunk by chunk. */
  async load(): Promise<void> {
    fill(this.face, notice('running', 'Reading the runs…'));
    try {
      this.roster = new Roster(await this.source.ask({ ask: 'runs' }));
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
    const groups: [GroupName, string][] = [['', 'no groups'], ['reason', 'by reason'], ['status', 'by status'], ['workflow', 'by workflow'], ['verdict', 'by verdict']];
    const group = choice('Group', groups, value => this.want({ group: value as GroupName, folded: new Set() }));
    return element('div', { class: 'dw-bar' }, glyph('search'), this.search, status, group, this.count, this.unjudged);
  }

  private want(change: Partial<Wish>): void {
    this.wish = { ...this.wish, ...change };
    if (!this.roster) {
      return;
    }
    const before = performance.now();
    this.lines = this.roster.lines(this.wish);
    this.table.setRows(this.lines.length);
    this.spent = performance.now() - before;
    const shown = this.lines.reduce((sum: number, line) => sum + (typeof line === 'number' ? 1 : line.folded ? line.count : 0), 0);
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

  private toggle(line: Line | undefined): void {
    if (typeof line === 'object') {
      const folded = new Set(this.wish.folded);
      if (!folded.delete(line.group)) {
        folded.add(line.group);
      }
      this.want({ folded });
    }
  }

  private columns(): Column[] {
    const run = (show: (cell: HTMLElement, roster: Roster, at: number) => void) => (cell: HTMLElement, row: number): void => {
      const line = this.lines[row];
      if (typeof line === 'number' && this.roster) {
        show(cell, this.roster, line);
      } else {
        setText(cell, '');
      }
    };
    const text = (of: (roster: Roster, at: number) => string) => run((cell, roster, at) => setText(cell, of(roster, at)));
    return [
      { name: 'status', label: 'status', width: '7.5em', show: run((cell, roster, at) => cell.replaceChildren(statusBadge(roster.status(at)))) },
      { name: 'run', label: 'run', width: 'minmax(9em, 2fr)', show: (cell, row) => this.showName(cell, row) },
      { name: 'workflow', label: 'workflow', width: 'minmax(5em, 1fr)', show: text((roster, at) => roster.workflow(at)) },
      { name: 'key', label: 'business key', width: 'minmax(5em, 1fr)', show: text((roster, at) => roster.key(at)) },
      { name: 'started', label: 'started (UTC)', width: '12.5em', show: text((roster, at) => momentText(roster.started(at)).slice(0, 19)) },
      { name: 'duration', label: 'took', width: '5.5em', right: true, show: text((roster, at) => durationText(roster.duration(at))) },
      { name: 'failing', label: 'failing step', width: 'minmax(6em, 1.3fr)', show: text((roster, at) => roster.triage[at]?.failing_step || roster.errorType(at)) },
      { name: 'hazards', label: 'hazards', width: '5em', right: true, show: run((cell, roster, at) => showHazards(cell, roster, at)) },
      { name: 'verdict', label: 'verdict', width: 'minmax(9em, 1.2fr)', show: run((cell, roster, at) => showVerdict(cell, roster, at)) },
      { name: 'stake', label: 'at stake', width: '6em', right: true, show: text((roster, at) => stake(roster, at)) }
    ];
  }

  private showName(cell: HTMLElement, row: number): void {
    const line = this.lines[row];
    cell.classList.toggle('dw-group', typeof line === 'object');
    if (typeof line === 'object') {
      fill(cell, glyph(line.folded ? 'closed' : 'open'), `${line.group} (${countText(line.count)})`);
    } else {
      setText(cell, this.roster?.id(line ?? -1) ?? '');
    }
  }
}

function showHazards(cell: HTMLElement, roster: Roster, at: number): void {
  const hazards = roster.triage[at]?.hazards;
  fill(cell, ...(hazards?.length ? [glyph('hazard'), String(hazards.length)] : []));
  cell.title = hazards?.join(', ') ?? '';
}

function showVerdict(cell: HTMLElement, roster: Roster, at: number): void {
  const row = roster.triage[at];
  fill(cell, ...(row ? [safetyBadge(row.safety, `${row.best} ${row.from_step}`.trim())] : ['…']));
  cell.title = row?.because ?? 'not judged yet';
}

function stake(roster: Roster, at: number): string {
  const row = roster.triage[at];
  return row?.at_stake ? `${row.at_stake.toLocaleString('en-US', { maximumFractionDigits: 2 })} ${row.currency}` : '';
}

function noRuns(): HTMLElement {
  return notice(
    'list',
    'No run is recorded here yet',
    'Record one: it appears when its first event is on disk.',
    snippet('with wb.Recorder("shop.wlog") as recorder:\n    recorder.run(checkout, order, id="order-42")')
  );
}
