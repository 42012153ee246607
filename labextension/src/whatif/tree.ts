import { button } from '../parts/button';
import { element, fill, setAttribute } from '../parts/element';
import type { BranchRow } from '../wire';
import { OUTCOME_LOOKS } from '../wire';

export interface TreeActs {
  show: (branch: BranchRow | undefined) => void;
  compare: (branch: BranchRow) => void;
  save: (branch: BranchRow, name: string) => void;
}

/** The branches of a run under each other, each below the one it was made from. */
export function drawTree(node: HTMLElement, branches: readonly BranchRow[], shown: string, acts: TreeActs): void {
  const recorded = button({ name: 'Show the run as recorded', text: 'recorded' }, () => acts.show(undefined));
  setAttribute(recorded, 'aria-current', shown === '' ? 'true' : undefined);
  const known = new Set(branches.flatMap(each => [each.branch, each.name]).filter(Boolean));
  const roots = branches.filter(each => !known.has(each.parent));
  const list = element('ul', { class: 'dw-branches' }, element('li', {}, recorded, ...below(roots)));
  fill(node, list);

  function below(rows: readonly BranchRow[]): HTMLElement[] {
    return rows.length ? [element('ul', {}, ...rows.map(item))] : [];
  }

  function item(row: BranchRow): HTMLElement {
    const title = row.name || row.edits.map(edit => edit.text).join('; ') || 'replay as recorded';
    const look = OUTCOME_LOOKS[row.outcome || 'unknown'];
    const show = button({ name: `Show the branch: ${title}`, text: title }, () => acts.show(row));
    setAttribute(show, 'aria-current', shown !== '' && shown === row.branch ? 'true' : undefined);
    const word = row.outcome ? `${look.glyph} ${look.label}` : 'saved';
    const compare = button({ name: `Compare with what was recorded: ${title}`, text: 'compare' }, () => acts.compare(row));
    const children = branches.filter(each => each.parent !== '' && (each.parent === row.branch || each.parent === row.name) && each !== row);
    return element('li', {}, show, ' ', element('span', { class: 'dw-outcome' }, word), compare, ...naming(row), ...below(children));
  }

  function naming(row: BranchRow): HTMLElement[] {
    if (row.name || !row.branch) {
      return [];
    }
    const name = element('input', { placeholder: 'name to save', 'aria-label': 'Name of the branch' });
    const form = element('form', { class: 'dw-inline' }, name);
    form.addEventListener('submit', event => {
      event.preventDefault();
      acts.save(row, name.value.trim());
    });
    return [form];
  }
}
