import { SAFETY_LOOKS, type Safety, type Status } from '../wire';
import { element } from './element';
import { glyph, type GlyphName } from './glyph';

const STATUS_GLYPHS: Record<Status, GlyphName> = {
  running: 'running',
  completed: 'done',
  failed: 'failed',
  interrupted: 'bolt',
  cancelled: 'close',
  compensated: 'undone',
  unknown: 'question'
};

/** Where a run stands: word and shape, and colour besides. */
export function statusBadge(status: Status): HTMLElement {
  return element('span', { class: `dw-status dw-status-${status}` }, glyph(STATUS_GLYPHS[status]), status);
}

const SAFETY_GLYPHS: Record<Safety, GlyphName> = { SAFE: 'done', CHECK: 'question', UNSAFE: 'failed' };

/** A verdict: its word, its shape, its colour. */
export function safetyBadge(safety: Safety, action = ''): HTMLElement {
  const badge = element('span', { class: `dw-safety dw-safety-${safety}` }, glyph(SAFETY_GLYPHS[safety]), safety);
  if (action) {
    badge.append(element('span', {}, `: ${action}`));
  }
  badge.style.setProperty('--dw-look', SAFETY_LOOKS[safety].colour);
  return badge;
}

/** A word that something was taken for granted; why stands in its tooltip and in the list it belongs to. */
export function assumedMark(why: string): HTMLElement {
  return element('span', { class: 'dw-assumed', title: why, tabindex: 0 }, 'assumed');
}
