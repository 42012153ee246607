import { safetyBadge } from '../parts/badge';
import { button } from '../parts/button';
import { element } from '../parts/element';
import { glyph } from '../parts/glyph';
import type { Option } from '../wire';

const LISTS: [keyof Option & ('reads_from_log' | 'executes_again' | 'already_done' | 'must_compensate' | 'in_doubt'), string][] = [
  ['reads_from_log', 'will be read from the log'],
  ['executes_again', 'will execute again'],
  ['already_done', 'already done'],
  ['must_compensate', 'must be compensated'],
  ['in_doubt', 'in doubt']
];

/** One action with its verdict and the reason that decides; opened, the five lists and what speaks against it. */
export function optionRow(option: Option, onPlan: (option: Option) => void): HTMLElement {
  const title = titleOf(option);
  const head = element(
    'summary',
    { title: 'What it would do, step by step' },
    element('span', { class: 'dw-action' }, title),
    safetyBadge(option.safety),
    option.preferred ? element('span', { class: 'dw-preferred' }, glyph('done'), 'best') : '',
    element('span', { class: 'dw-because' }, option.because)
  );
  const dry = button({ name: `Dry run of ${title}: says what it would do, does nothing`, text: `Dry run: ${title}`, glyph: 'list' }, () => onPlan(option));
  const lists = LISTS.map(([name, label]) =>
    element('div', { class: `dw-list dw-list-${name}` }, element('h5', {}, label), labels(option[name]))
  );
  const assumed = option.assumed.length
    ? [element('p', { class: 'dw-faint' }, element('span', { class: 'dw-assumed' }, 'assumed'), ` ${option.assumed.join('; ')}`)]
    : [];
  const body = element('div', { class: 'dw-five' }, ...lists);
  const row = element('details', { class: 'dw-option', 'data-action': option.action }, head, body, ...assumed, dry);
  row.open = option.preferred;
  return row;
}

/** `retry_from reserve (4)`. */
export function titleOf({ action, from_step }: { action: string; from_step: string }): string {
  return `${action} ${from_step}`.trim();
}

function labels(steps: readonly string[]): HTMLElement {
  return steps.length
    ? element('ul', {}, ...steps.map(step => element('li', {}, step)))
    : element('p', { class: 'dw-faint' }, 'nothing');
}
