import { element } from './element';
import { glyph, type GlyphName } from './glyph';

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

/** A line of code to copy. */
export function snippet(code: string): HTMLElement {
  return element('pre', { class: 'dw-snippet', tabindex: 0 }, code);
}
