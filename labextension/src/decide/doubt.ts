import { button } from '../parts/button';
import { element } from '../parts/element';
import { evidence } from '../parts/evidence';
import { glyph } from '../parts/glyph';
import type { Doubt } from '../wire';
import { JsonEditor } from '../whatif/editor';
import type { Leads } from './option';

export interface DoubtActs {
  /** Why nothing can be settled here; nothing where it can. */
  forbidden: string;
  leads: Leads;
  probe: (doubt: Doubt) => void;
  resolve: (doubt: Doubt, happened: boolean, result: string | undefined, why: string) => void;
}

/** A step of which nobody knows whether it happened: ask its probe, or say what you found out. */
export function doubtRow(doubt: Doubt, acts: DoubtActs): HTMLElement {
  const why = element('input', { placeholder: 'how do you know? (for the record)', 'aria-label': `Evidence about ${doubt.step}`, class: 'dw-why-input' });
  const result = new JsonEditor(`What ${doubt.step} returned, as JSON`);
  result.text = 'null';
  const returned = element('details', { class: 'dw-returned' }, element('summary', {}, 'what it returned'), result.node);
  const seqs = acts.leads.evidence[doubt.step] ?? (doubt.seq ? [doubt.seq] : []);
  const forbid = acts.forbidden ? { title: acts.forbidden, disabled: true } : {};
  const act = (text: string, name: string, does: () => void): HTMLElement => {
    const made = button({ name, text }, does);
    Object.entries(forbid).forEach(([attribute, value]) => made.setAttribute(attribute, String(value)));
    return made;
  };
  return element(
    'li',
    { class: 'dw-doubt' },
    element('p', {}, glyph('question'), element('strong', {}, doubt.question), ' ', ...evidence(seqs, acts.leads.go)),
    element(
      'div',
      { class: 'dw-bar' },
      doubt.probe ? act(`Run probe ${doubt.probe}`, `Ask ${doubt.probe}: reads only`, () => acts.probe(doubt)) : element('span', { class: 'dw-faint' }, 'No probe is declared: only a person can find out.'),
      why,
      act('Happened', `${doubt.step} happened`, () => acts.resolve(doubt, true, result.fault ? undefined : result.text, why.value)),
      act('Did not happen', `${doubt.step} did not happen`, () => acts.resolve(doubt, false, undefined, why.value)),
      returned
    )
  );
}
