import { safetyBadge, statusBadge } from '../parts/badge';
import { element, fill, setText } from '../parts/element';
import { glyph } from '../parts/glyph';
import type { Column } from '../parts/table';
import { countText, durationText, momentText } from '../parts/units';
import type { TriageRow } from '../wire';
import type { Chosen } from './chosen';
import type { Group, Line, Roster } from './roster';

/** What the columns of the list of runs show. */
export interface Shown {
  roster(): Roster | undefined;
  line(row: number): Line | undefined;
  chosen: Chosen;
}

/** The columns of the list of runs. A group shows what its runs have in common. */
export function columnsOfRuns(shown: Shown): Column[] {
  type Show = (cell: HTMLElement, roster: Roster, at: number) => void;
  const line = (run: Show, group: (cell: HTMLElement, roster: Roster, group: Group) => void = cell => setText(cell, '')) =>
    (cell: HTMLElement, row: number): void => {
      const [roster, of] = [shown.roster(), shown.line(row)];
      cell.title = '';
      if (!roster || of === undefined) {
        setText(cell, '');
      } else if (typeof of === 'number') {
        run(cell, roster, of);
      } else {
        group(cell, roster, of);
      }
    };
  const text = (of: (roster: Roster, at: number) => string) => line((cell, roster, at) => setText(cell, of(roster, at)));
  const alike = (show: Show) => line(show, (cell, roster, group) => (group.alike ? show(cell, roster, group.runs[0] as number) : setText(cell, '')));
  return [
    { name: 'chosen', label: 'chosen', width: '2.2em', show: (cell, row) => showBox(cell, shown, row) },
    { name: 'status', label: 'status', width: '7.5em', show: alike((cell, roster, at) => cell.replaceChildren(statusBadge(roster.status(at)))) },
    { name: 'run', label: 'run', width: 'minmax(9em, 2fr)', show: (cell, row) => showName(cell, shown, row) },
    { name: 'workflow', label: 'workflow', width: 'minmax(5em, 1fr)', show: text((roster, at) => roster.workflow(at)) },
    { name: 'key', label: 'business key', width: 'minmax(5em, 1fr)', show: text((roster, at) => roster.key(at)) },
    { name: 'started', label: 'started (UTC)', width: '12.5em', show: text((roster, at) => momentText(roster.started(at)).slice(0, 19)) },
    { name: 'duration', label: 'took', width: '5.5em', right: true, show: text((roster, at) => durationText(roster.duration(at))) },
    { name: 'failing', label: 'failing step', width: 'minmax(6em, 1.3fr)', show: alike((cell, roster, at) => setText(cell, roster.triage[at]?.failing_step || roster.errorType(at))) },
    { name: 'hazards', label: 'hazards', width: '5em', right: true, show: line((cell, roster, at) => showHazards(cell, roster.triage[at])) },
    { name: 'verdict', label: 'verdict', width: 'minmax(9em, 1.2fr)', show: alike((cell, roster, at) => showVerdict(cell, roster.triage[at])) },
    { name: 'stake', label: 'at stake', width: '6em', right: true, show: line((cell, roster, at) => setText(cell, roster.stake([at])), (cell, roster, group) => setText(cell, roster.stake(group.runs))) }
  ];
}

function showBox(cell: HTMLElement, shown: Shown, row: number): void {
  const [roster, line] = [shown.roster(), shown.line(row)];
  if (!roster || line === undefined) {
    setText(cell, '');
    return;
  }
  const box = cell.querySelector('input') ?? element('input', { type: 'checkbox', tabindex: -1, class: 'dw-choose' });
  const runs = typeof line === 'number' ? [line] : line.runs;
  const count = shown.chosen.among(runs);
  box.checked = count === runs.length;
  box.indeterminate = count > 0 && !box.checked;
  box.setAttribute('aria-label', typeof line === 'number' ? `Choose ${roster.id(line)}` : `Choose ${countText(runs.length, 'run')}: ${line.title}`);
  if (!box.parentElement) {
    cell.replaceChildren(box);
  }
}

function showName(cell: HTMLElement, shown: Shown, row: number): void {
  const line = shown.line(row);
  cell.classList.toggle('dw-group', typeof line === 'object');
  if (typeof line === 'object') {
    fill(cell, glyph(line.folded ? 'closed' : 'open'), `${line.title} (${countText(line.runs.length)})`);
  } else {
    setText(cell, shown.roster()?.id(line ?? -1) ?? '');
  }
}

function showHazards(cell: HTMLElement, row: TriageRow | undefined): void {
  fill(cell, ...(row?.hazards.length ? [glyph('hazard'), String(row.hazards.length)] : []));
  cell.title = row?.hazards.join(', ') ?? '';
}

function showVerdict(cell: HTMLElement, row: TriageRow | undefined): void {
  fill(cell, ...(row ? [safetyBadge(row.safety, `${row.best} ${row.from_step}`.trim())] : ['…']));
  cell.title = row?.because ?? 'not judged yet';
}
