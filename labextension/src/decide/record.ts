import { button } from '../parts/button';
import { copyText } from '../parts/copying';
import { element } from '../parts/element';
import { evidence } from '../parts/evidence';
import { momentText } from '../parts/units';
import type { DecisionAnswer, DecisionRow } from '../wire';

/** What people decided, as it stands in the log. */
export function decisionRecord(answer: DecisionAnswer, go: (seq: number) => void): HTMLElement {
  const copy = button({ name: 'Copy the record as Markdown', text: 'copy', glyph: 'copy' }, () => void copyText(answer.markdown));
  return element(
    'section',
    { class: 'dw-record', 'aria-label': 'Decision record' },
    element('h4', {}, 'Decision record ', copy),
    answer.rows.length ? element('ol', {}, ...answer.rows.map(row => decision(row, go))) : element('p', { class: 'dw-faint' }, 'Nobody has decided anything about this run yet.')
  );
}

function decision(row: DecisionRow, go: (seq: number) => void): HTMLElement {
  const details = [
    row.because && `The verdict was ${row.safety}: ${row.because}`,
    row.accepted.length && `Accepted: ${row.accepted.join(', ')}`,
    ...row.calls
  ].filter(text => typeof text === 'string' && text !== '');
  return element(
    'li',
    {},
    element('strong', {}, `${row.action} ${row.step}`.trim()),
    ` by ${row.by}, ${momentText(row.time_ms)} UTC`,
    row.why ? `: ${row.why} ` : ' ',
    ...evidence([row.seq], go),
    ...details.map(text => element('p', { class: 'dw-faint' }, String(text)))
  );
}
