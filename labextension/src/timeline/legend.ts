import { element } from '../parts/element';
import { durationText, momentText } from '../parts/units';
import type { Story } from './chart';
import type { Look } from './ink';

/** What the shapes and colours mean, folded away until it is asked for. */
export function legendOf(looks: readonly Look[]): HTMLElement {
  const entries = looks.map(look => {
    const swatch = element('span', { class: 'dw-swatch', 'aria-hidden': 'true' }, look.glyph);
    swatch.style.background = look.colour;
    return element('span', { class: 'dw-legend-entry' }, swatch, look.label);
  });
  const summary = element('summary', { title: 'What the shapes and colours mean' }, 'legend');
  return element('details', { class: 'dw-legend' }, summary, element('div', { class: 'dw-legend-list' }, ...entries));
}

/** A bar in words: what it is, how it went, when and how long. */
export function wordsOf({ spans, lanes }: Story, bar: number, looks: readonly Look[]): string {
  const look = looks[spans.state[bar] ?? 0];
  const attempt = spans.attempt[bar] ?? 0;
  const [start, end] = [spans.start[bar] ?? 0, spans.end[bar] ?? 0];
  return [
    `${lanes[spans.lane[bar] ?? 0]}: ${look?.label}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
    `${momentText(start)} UTC, ${durationText(end - start)}`
  ].join('\n');
}
