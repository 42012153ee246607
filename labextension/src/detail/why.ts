import { element, fill } from '../parts/element';
import { evidence } from '../parts/evidence';
import { clockText } from '../parts/units';
import type { WhyAnswer } from '../wire';

/** Why the run ended as it did: sentence after sentence, each with the events that show it. */
export function drawWhy(node: HTMLElement, answer: WhyAnswer, go: (seq: number) => void): void {
  const clauses = answer.clauses.map(clause =>
    element(
      'li',
      { class: `dw-clause dw-role-${clause.role}` },
      element('span', { class: 'dw-role' }, clause.role),
      element('span', { class: 'dw-sentence' }, clause.text),
      element('span', { class: 'dw-faint' }, ` ${clockText(clause.time_ms)} `),
      ...evidence(clause.run_id === answer.run_id ? clause.seqs : [], go)
    )
  );
  fill(node, element('ol', { class: 'dw-why' }, ...clauses));
}
