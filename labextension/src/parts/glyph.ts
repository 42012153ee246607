/** Line drawings on a 16 x 16 grid: Debian's Chromium has no emoji, and a glyph must not depend on a font. */
const PATHS = {
  first: 'M3 3v10 M13 3L6 8l7 5z',
  back: 'M11 3L4 8l7 5z',
  step: 'M5 3l7 5-7 5z',
  last: 'M13 3v10 M3 3l7 5-7 5z',
  play: 'M3 3l5 5-5 5z M8 3l5 5-5 5z',
  pause: 'M5 3v10 M11 3v10',
  done: 'M3 8.5l3.5 3.5L13 4.5',
  failed: 'M4 4l8 8 M12 4l-8 8',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.7 M8 12.5v.6',
  hazard: 'M8 2.5L14 13H2z M8 6.5v3 M8 11.3v.5',
  running: 'M8 3a5 5 0 1 0 5 5',
  again: 'M12.7 8.7A4.8 4.8 0 1 1 11.6 4.7L13 6 M13 2.5V6H9.5',
  undone: 'M6 3L2.5 6.5 6 10 M3 6.5h6.5a3.5 3.5 0 0 1 0 7H7',
  edit: 'M3 13l.8-3L11 2.8 13.2 5 6 12.2z',
  bolt: 'M9 2L4 9h3.5L7 14l5-7H8.5z',
  branch: 'M5 3v10 M5 10c0-3 6-2 6-6 M3.5 3h3 M9.5 3h3',
  search: 'M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M10 10l3.5 3.5',
  help: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z M6.3 6.3a1.8 1.8 0 1 1 2.4 1.7c-.5.2-.7.6-.7 1.2 M8 11v.5',
  open: 'M4 6l4 4 4-4',
  closed: 'M6 4l4 4-4 4',
  copy: 'M6 6h7v7H6z M3 10V3h7',
  close: 'M4 4l8 8 M12 4l-8 8',
  plus: 'M8 3v10 M3 8h10',
  list: 'M3 4h10 M3 8h10 M3 12h10',
  shield: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z'
} as const;

export type GlyphName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** A small drawing in the colour of the text around it; without a name of its own, so put words beside it. */
export function glyph(name: GlyphName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'dw-glyph');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
