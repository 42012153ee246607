import { safetyBadge } from '../parts/badge';
import { allow, button } from '../parts/button';
import { element } from '../parts/element';
import { evidence } from '../parts/evidence';
import type { PlanAnswer, PlannedCall } from '../wire';
import { stepLink, type Leads } from './option';

export interface PlanActs {
  /** Judge again, with these objections accepted. */
  accept: (ids: string[]) => void;
  act: (why: string) => void;
  leads: Leads;
}

/** A dry run: the calls, what speaks against it with a box each, and the button that does it and says what. */
export function planBox(plan: PlanAnswer, accepted: readonly string[], why: string, acts: PlanActs): HTMLElement {
  const grounds = element('input', { class: 'dw-why-input', placeholder: 'why (for the record)', 'aria-label': 'Why, for the record', value: why });
  const act = button({ name: plan.consequence, text: plan.consequence, glyph: 'bolt', kind: plan.safety === 'SAFE' ? 'main' : 'danger' }, () => acts.act(grounds.value));
  act.classList.add('dw-act');
  const reason = plan.may ? '' : plan.why_not || 'it is not allowed here';
  allow(act, plan.consequence, reason);
  const boxes = plan.objections.map(objection => {
    const box = element('input', { type: 'checkbox', 'data-objection': objection.id });
    box.checked = accepted.includes(objection.id);
    box.addEventListener('change', () => acts.accept(box.checked ? [...accepted, objection.id] : accepted.filter(id => id !== objection.id)));
    return element('li', {}, element('label', {}, box, 'I accept ', element('strong', {}, objection.id), ' ', safetyBadge(objection.safety), ` ${objection.reason} `), ...evidence(objection.seqs, acts.leads.go));
  });
  return element(
    'div',
    { class: 'dw-plan', role: 'group', 'aria-label': `Dry run of ${plan.title}` },
    element('p', {}, element('strong', {}, `Dry run of ${plan.title}: `), safetyBadge(plan.safety), ` ${plan.because}`),
    calls(plan.calls, acts.leads),
    plan.then ? element('p', {}, plan.then) : '',
    boxes.length ? element('h5', {}, 'What speaks against it') : '',
    element('ul', { class: 'dw-objections' }, ...boxes),
    plan.assumed.length ? element('p', { class: 'dw-faint' }, element('span', { class: 'dw-assumed' }, 'assumed'), ` ${plan.assumed.join('; ')}`) : '',
    element('div', { class: 'dw-bar' }, grounds, act),
    reason ? element('p', { class: 'dw-warn dw-why-not', role: 'status' }, `Not possible: ${reason}`) : ''
  );
}

function calls(planned: readonly PlannedCall[], leads: Leads): HTMLElement {
  const rows = planned.map(call =>
    element(
      'tr',
      { class: `dw-does-${call.does}` },
      element('td', {}, call.does === 'reads' ? 'reads from the log' : call.does),
      element('th', { scope: 'row' }, stepLink(call.step, leads)),
      element('td', {}, call.kind),
      element('td', {}, call.key && `key ${call.key}`),
      element('td', {}, call.note)
    )
  );
  return rows.length
    ? element('table', { class: 'dw-calls', 'aria-label': 'Calls, in order' }, element('tbody', {}, ...rows))
    : element('p', { class: 'dw-faint' }, 'It calls nothing that the log knows.');
}
