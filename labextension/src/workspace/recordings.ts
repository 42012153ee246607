import type { ServerConnection } from '@jupyterlab/services';

import { callForJson } from '../source/server';
import type { Safety, WorkspaceAnswer, WorkspaceRow } from '../wire';

export type Order = 'newest' | 'worst' | 'stake' | 'name';

const WORST_FIRST: Record<Safety, number> = { UNSAFE: 0, CHECK: 1, SAFE: 2 };
const UNKNOWN = 3;

/** The recordings below a folder, each with how its runs stand. */
export function recordingsBelow(settings: ServerConnection.ISettings, folder: string): Promise<WorkspaceAnswer> {
  return callForJson(settings, `workspace?folder=${encodeURIComponent(folder)}`);
}

/** The rows in the order that a person wants. */
export function inOrder(rows: readonly WorkspaceRow[], order: Order): WorkspaceRow[] {
  const compare: Record<Order, (left: WorkspaceRow, right: WorkspaceRow) => number> = {
    newest: (left, right) => right.modified_ms - left.modified_ms,
    worst: (left, right) => trouble(left) - trouble(right) || stake(right) - stake(left),
    stake: (left, right) => stake(right) - stake(left) || trouble(left) - trouble(right),
    name: (left, right) => (left.path < right.path ? -1 : 1)
  };
  return [...rows].sort(compare[order]);
}

function stake(row: WorkspaceRow): number {
  return row.at_stake ?? 0;
}

/** What cannot be read comes first, then by verdict; what was not opened last. */
function trouble({ safety, problem }: WorkspaceRow): number {
  return problem && !safety ? -1 : safety ? WORST_FIRST[safety] : UNKNOWN;
}

/** Its runs in few words: `3 runs, 1 failed, 1 interrupted`. */
export function standingText(row: WorkspaceRow): string {
  if (row.problem) {
    return row.problem.replace(`${row.path} `, ''); // its name stands beside it
  }
  if (row.runs === null) {
    return `${row.system ? `${row.system}, ` : ''}not looked into: open it`;
  }
  const counts = [
    [row.failed, 'failed'],
    [row.interrupted, 'interrupted'],
    [row.running, 'running'],
    [row.in_doubt, 'with no safe action']
  ] as const;
  const stands = counts.filter(([count]) => count).map(([count, word]) => `${count} ${word}`);
  return [`${row.runs} ${row.runs === 1 ? 'run' : 'runs'}`, ...stands].join(', ');
}

/** `118 EUR`; nothing where nothing is at stake. */
export function stakeText({ at_stake: amount, currency }: WorkspaceRow): string {
  return amount ? `${amount.toLocaleString('en-US', { maximumFractionDigits: 2 })} ${currency}` : '';
}
