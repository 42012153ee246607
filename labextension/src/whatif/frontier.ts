import { allow, button } from '../parts/button';
import { element } from '../parts/element';
import { glyph } from '../parts/glyph';
import type { Edit, Frontier } from '../wire';
import { JsonEditor, pretty } from './editor';

/** The call that a branch waits for, in words, and what a person can answer: return, raise, or one of the suggestions. */
export function frontierForm(frontier: Frontier, onAnswer: (edit: Edit) => void, onCompare: () => void): HTMLElement {
  const say = (edit: Edit): void => onAnswer({ edit: 'answer', ...edit });
  const json = new JsonEditor(`Answer of ${frontier.name}, as JSON`, () => judge());
  const give = button({ name: 'Return this value', text: 'Return', kind: 'main' }, () => say({ value: { json: json.text } }));
  const judge = (): void => allow(give, 'Return this value', frontier.answerable ? json.fault : 'nothing can be answered here');
  json.text = pretty(frontier.suggestions[0]?.node.json ?? 'null');
  const type = element('input', { value: 'TimeoutError', 'aria-label': 'Class of the error', title: 'Class of the error' });
  const message = element('input', { placeholder: 'message', 'aria-label': 'Message of the error' });
  const raise = button({ name: 'Raise this error', text: 'Raise' }, () => say({ error: { type: type.value.trim(), message: message.value } }));
  const suggestions = frontier.suggestions.map(each =>
    element(
      'li',
      {},
      button({ name: `Answer with suggestion ${each.number + 1}`, text: 'Return' }, () => say({ value: { suggestion: each.number } })),
      element('code', { class: 'dw-value' }, each.text),
      each.made_up ? element('span', { class: 'dw-assumed', title: 'An example of the type; nothing in the recording says it' }, 'made up') : ''
    )
  );
  const others = frontier.others.length ? [element('p', { class: 'dw-faint' }, `Also waiting: ${frontier.others.join(', ')}`)] : [];
  return element(
    'div',
    { class: 'dw-frontier', role: 'group', 'aria-label': 'What should this call answer?' },
    element('p', {}, glyph('question'), element('strong', {}, 'The code needs an answer: '), element('code', { class: 'dw-call' }, frontier.call || frontier.name)),
    element('p', { class: 'dw-faint' }, frontier.why, frontier.expects ? ` It expects ${frontier.expects}.` : ''),
    ...others,
    ...(suggestions.length ? [element('ul', { class: 'dw-suggestions', 'aria-label': 'Suggestions' }, ...suggestions)] : []),
    json.node,
    element('div', { class: 'dw-bar' }, give, type, message, raise, button({ name: 'Skip to compare: leaves the call without an answer', text: 'Skip to compare' }, onCompare))
  );
}
