/** How a state is drawn; the palette of `wire.ts`, which is Python's. */
export interface Look {
  label: string;
  colour: string;
  /** As plotly names it: `/ \ x + | .`, or nothing for solid. */
  pattern: string;
  glyph: string;
}

/** Colours of everything but the states, from the page's theme. */
export interface Ink {
  ground: string;
  panel: string;
  text: string;
  faint: string;
  line: string;
  accent: string;
  warn: string;
  font: string;
}

const TILE = 8;

/** Read the theme where the timeline stands. */
export function inkOf(node: Element): Ink {
  const style = getComputedStyle(node);
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  return {
    ground: read('--dw-ground', '#fff'),
    panel: read('--dw-panel', '#f5f5f5'),
    text: read('--dw-text', '#222'),
    faint: read('--dw-faint', '#666'),
    line: read('--dw-line', '#ddd'),
    accent: read('--dw-accent', '#1976d2'),
    warn: read('--dw-warn', '#b26500'),
    font: `11px ${style.fontFamily || 'sans-serif'}`
  };
}

/** A pattern over a bar: a state is never told by its colour alone. */
export function patternOf(context: CanvasRenderingContext2D, look: Look): CanvasPattern | null {
  if (!look.pattern) {
    return null;
  }
  const tile = document.createElement('canvas');
  tile.width = tile.height = TILE;
  const pen = tile.getContext('2d');
  if (!pen) {
    return null;
  }
  pen.strokeStyle = pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.lineWidth = 1.8;
  const line = (x0: number, y0: number, x1: number, y1: number): void => {
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
  };
  if ('/x'.includes(look.pattern)) {
    [-TILE, 0, TILE].forEach(shift => line(shift, TILE, shift + TILE, 0));
  }
  if ('\\x'.includes(look.pattern)) {
    [-TILE, 0, TILE].forEach(shift => line(shift, 0, shift + TILE, TILE));
  }
  if ('|+'.includes(look.pattern)) {
    line(TILE / 2, 0, TILE / 2, TILE);
  }
  if ('+-'.includes(look.pattern)) {
    line(0, TILE / 2, TILE, TILE / 2);
  }
  if (look.pattern === '.') {
    pen.fillRect(TILE / 2 - 1, TILE / 2 - 1, 2, 2);
  }
  return context.createPattern(tile, 'repeat');
}
