import { safetyBadge } from '../parts/badge';
import { button } from '../parts/button';
import { element } from '../parts/element';
import { evidence } from '../parts/evidence';
import { glyph } from '../parts/glyph';
import type { Option } from '../wire';

const LISTS: [keyof Option & ('reads_from_log' | 'executes_again' | 'already_done' | 'must_compensate' | 'in_doubt'), string][] = [
  ['reads_from_log', 'will be read from the log'],
  ['executes_again', 'will execute again'],
  ['already_done', 'already done'],
  ['must_compensate', 'must be compensated'],
  ['in_doubt', 'in doubt']
];

/** Steps and sentences lead to the events that show them. */
export interface Leads {
  go: (seq: number) => void;
  /** Numbers of the events of a step, by its label. */
  evidence: Readonly<Record<string, readonly number[]>>;
}

/** One action with its verdict and the reason that decides; opened, the five lists and what speaks against it. */
export function optionRow(option: Option, leads: Leads, onPlan: (option: Option) => void): HTMLElement {
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
    element('div', { class: `dw-list dw-list-${name}` }, element('h5', {}, label), labels(option[name], leads, name === 'reads_from_log' || name === 'already_done'))
  );
  const assumed = option.assumed.length
    ? [element('p', { class: 'dw-faint' }, element('span', { class: 'dw-assumed' }, 'assumed'), ` ${option.assumed.join('; ')}`)]
    : [];
  const decides = option.seqs.length ? [element('p', { class: 'dw-decides' }, 'What decides: ', ...evidence(option.seqs, leads.go))] : [];
  const body = element('div', { class: 'dw-five' }, ...lists);
  const row = element('details', { class: 'dw-option', 'data-action': option.action }, head, ...decides, body, ...against(option, leads), ...assumed, dry);
  row.open = option.preferred;
  return row;
}

/** The label of a step as a way to its event, where it is known: where it began, or its answer. */
export function stepLink(label: string, { evidence: known, go }: Leads, answer = false): Node | string {
  const seqs = Object.hasOwn(known, label) ? (known[label] ?? []) : [];
  const seq = seqs.at(answer ? -1 : 0);
  if (seq === undefined) {
    return label;
  }
  const link = button({ name: `${label}: go to event ${seq}`, text: label }, () => go(seq));
  link.classList.add('dw-link');
  return link;
}

/** Gates and steps that speak against the action, each with its events. */
function against({ objections }: Option, { go }: Leads): HTMLElement[] {
  const rows = objections.map(({ id, safety, reason, seqs }) => element('li', {}, element('strong', {}, id), ' ', safetyBadge(safety), ` ${reason} `, ...evidence(seqs, go)));
  return rows.length ? [element('h5', {}, 'what speaks against it'), element('ul', { class: 'dw-objections' }, ...rows)] : [];
}

/** `retry_from reserve (4)`. */
export function titleOf({ action, from_step }: { action: string; from_step: string }): string {
  return `${action} ${from_step}`.trim();
}

function labels(steps: readonly string[], leads: Leads, answer: boolean): HTMLElement {
  return steps.length
    ? element('ul', {}, ...steps.map(step => element('li', {}, stepLink(step, leads, answer))))
    : element('p', { class: 'dw-faint' }, 'nothing');
}
