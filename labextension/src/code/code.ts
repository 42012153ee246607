import type { Cursor } from '../app/cursor';
import { element, fill, setAttribute, setText } from '../parts/element';
import { notice } from '../parts/notice';
import { VirtualTable } from '../parts/table';
import type { Spot, Track } from '../source/run';
import { words, type DataSource } from '../source/source';
import type { SourceFile } from '../wire';
import type { Breakpoints } from './breakpoints';

/** Beyond so many entries the margin says nothing of earlier stops: it would take longer than a step may. */
const MOST_VISITS = 500_000;

/** The recorded source with the line of the cursor, earlier stops in the margin, breakpoints by clicking a number. */
export class Code {
  readonly node: HTMLElement;
  private readonly face = element('div', {});
  private readonly table: VirtualTable;
  private file: SourceFile | undefined;
  private lines: string[] = [];
  private here: Spot | undefined;
  private visits = new Map<string, number>();
  private visited: Track | undefined;

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly breakpoints: Breakpoints,
    private readonly onTitle: (title: string) => void
  ) {
    this.table = new VirtualTable('Source', [
      { name: 'margin', label: '', width: '1.6em', show: (cell, row) => this.margin(cell, row + 1) },
      { name: 'line', label: '', width: '3.2em', right: true, show: (cell, row) => this.number(cell, row + 1) },
      { name: 'text', label: '', width: '1fr', show: (cell, row) => this.text(cell, row) }
    ], {}, 18);
    this.table.node.addEventListener('click', event => {
      const cell = (event.target as Element).closest<HTMLElement>('[data-column=line], [data-column=margin]');
      const row = cell?.closest<HTMLElement>('[data-row]');
      if (row) {
        this.toggle(Number(row.dataset.row) + 1);
      }
    });
    this.node = element('div', { class: 'dw-code' }, this.face, this.table.node);
    cursor.listen(change => {
      if (change === 'run') {
        this.file = undefined;
        void this.load();
      }
      this.follow();
    });
  }

  focus(): void {
    this.table.node.focus();
  }

  /** A breakpoint at the line of the cursor, or none any more. */
  toggleHere(): void {
    if (this.here) {
      this.toggle(this.here.line);
    }
  }

  /** Show a line of another frame than the innermost. */
  look(spot: Spot): void {
    this.here = spot;
    this.showFile(spot.file);
    this.table.select(spot.line - 1);
  }

  private async load(): Promise<void> {
    const { run } = this.cursor;
    if (!run) {
      return;
    }
    fill(this.face, notice('running', 'Reading the source…'));
    try {
      run.place(await this.source.ask({ ask: 'source', run_id: run.id }));
      fill(this.face);
      this.follow();
    } catch (error) {
      const { title, hint } = words(error);
      fill(this.face, notice('hazard', title, hint));
    }
  }

  private follow(): void {
    const spot = this.cursor.track?.spot(this.cursor.at);
    this.here = spot;
    if (spot) {
      this.showFile(spot.file);
      this.table.select(spot.line - 1);
    } else {
      this.table.select(-1);
    }
    this.faceOf(spot);
  }

  private faceOf(spot: Spot | undefined): void {
    const { run } = this.cursor;
    if (run && run.files.length === 0 && !this.cursor.branch) {
      fill(this.face, notice('list', 'No source is recorded', 'This log holds no code. Replay, where the code is at hand, shows its lines.'));
    } else if (spot && !this.lines.length) {
      fill(this.face, notice('list', `${spot.file}:${spot.line}`, `in ${spot.function}; the text of this file is not recorded`));
    } else {
      fill(this.face);
    }
  }

  private showFile(name: string): void {
    if (this.file?.file === name) {
      return;
    }
    const files = this.cursor.run?.files ?? [];
    this.file = files.find(each => each.file === name);
    this.lines = (this.file?.ran ?? this.file?.recorded ?? '').split('\n');
    if (!this.file || (this.lines.length === 1 && !this.lines[0])) {
      this.lines = [];
    }
    this.onTitle(this.file?.short ?? name);
    this.table.setRows(this.lines.length);
  }

  private toggle(line: number): void {
    const file = this.file?.file;
    if (file !== undefined) {
      this.breakpoints.toggle({ file, line, function: '' });
      this.table.draw();
    }
  }

  private margin(cell: HTMLElement, line: number): void {
    const file = this.file?.file ?? '';
    const stopped = this.breakpoints.has({ file, line, function: '' });
    const first = this.firstVisits().get(`${line} ${file}`);
    const now = this.here?.line === line;
    const before = first !== undefined && first < this.cursor.at;
    setText(cell, stopped ? '●' : now ? '▶' : before ? '·' : '');
    setAttribute(cell, 'data-mark', stopped ? 'breakpoint' : now ? 'now' : before ? 'before' : undefined);
    setAttribute(cell, 'title', stopped ? 'Breakpoint' : before ? 'The code was here before' : 'Click for a breakpoint');
  }

  private number(cell: HTMLElement, line: number): void {
    setText(cell, String(line));
    setAttribute(cell, 'title', 'Click for a breakpoint (b)');
  }

  private text(cell: HTMLElement, row: number): void {
    setText(cell, this.lines[row] ?? '');
    cell.classList.toggle('dw-now', this.here?.line === row + 1);
  }

  private firstVisits(): Map<string, number> {
    const { track } = this.cursor;
    if (track && this.visited !== track && track.spot(track.length - 1)) {
      this.visited = track;
      this.visits = new Map();
      for (let at = Math.min(track.length, MOST_VISITS) - 1; at >= 0; at--) {
        const spot = track.spot(at);
        if (spot) {
          this.visits.set(`${spot.line} ${spot.file}`, at);
        }
      }
    }
    return this.visits;
  }
}
