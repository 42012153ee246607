import { element, fill } from '../parts/element';
import { evidence } from '../parts/evidence';
import { glyph } from '../parts/glyph';
import { notice } from '../parts/notice';
import type { Finding, HazardsAnswer } from '../wire';

/** Failure modes that were found, the worst first; each unfolds to why, what to do, and when it is none. */
export function drawHazards(node: HTMLElement, answer: HazardsAnswer, go: (seq: number) => void): void {
  const found = answer.findings.map(finding => hazard(finding, go));
  const sight = answer.with_code
    ? ''
    : 'The code was not replayed, so hazards that only code shows were not looked for.';
  fill(node, ...(found.length ? found : [notice('done', 'No hazard found', sight || 'Log and code were looked at.')]));
  if (found.length && sight) {
    node.append(element('p', { class: 'dw-faint' }, sight));
  }
}

function hazard(finding: Finding, go: (seq: number) => void): HTMLElement {
  const head = element(
    'summary',
    { title: 'Why it happens, and what to do' },
    element('span', { class: `dw-severity dw-severity-${finding.severity}` }, glyph('hazard'), finding.severity),
    element('strong', {}, ` ${finding.title} `),
    element('span', {}, finding.evidence)
  );
  return element(
    'details',
    { class: 'dw-hazard' },
    head,
    element('p', {}, finding.explanation),
    element('p', {}, ...evidence(finding.seqs, go), finding.at ? ` ${finding.at} ` : '', element('span', { class: 'dw-faint' }, `${finding.id}, seen in the ${finding.sight}, confidence ${Math.round(finding.confidence * 100)} %`)),
    element('h5', {}, 'What to do'),
    element('pre', { class: 'dw-snippet', tabindex: 0 }, finding.fix),
    ...(finding.false_alarm_if ? [element('p', { class: 'dw-faint' }, `A false alarm if ${finding.false_alarm_if}`)] : [])
  );
}
