import { button } from './button';
import { copyText } from './copying';
import { element } from './element';
import { glyph, type GlyphName } from './glyph';
import { countText } from './units';

/** The face of something that is empty, on its way or broken: what it is, and what to do next. */
export function notice(look: GlyphName, title: string, ...lines: (string | Node)[]): HTMLElement {
  return element(
    'div',
    { class: 'dw-notice', role: look === 'hazard' ? 'alert' : 'status' },
    glyph(look),
    element('strong', {}, title),
    ...lines.map(line => (typeof line === 'string' ? element('p', {}, line) : line))
  );
}

/** How far something has come, on one line. */
export function progress(what: string, count: number, total: number): HTMLElement {
  const bar = element('progress', { value: count, max: total, 'aria-label': what });
  return element('div', { class: 'dw-news', role: 'status' }, `${what}: ${countText(count)} of ${countText(total)} `, bar);
}

/** Code to copy. */
export function snippet(code: string): HTMLElement {
  const copy = button({ name: `Copy: ${code.split('\n', 1)[0]}`, glyph: 'copy' }, () => void copyText(code));
  return element('div', { class: 'dw-snippet-box' }, element('pre', { class: 'dw-snippet', tabindex: 0 }, code), copy);
}
