import { Bars } from './bars';
import type { Ink, Look } from './ink';
import type { Lanes } from './lanes';
import { View } from './view';

export const MINIMAP_HEIGHT = 30;

/** The whole run in a strip, with a window over what the timeline shows. Drag the window, or press anywhere. */
export class Minimap {
  readonly node = document.createElement('canvas');
  private readonly picture = document.createElement('canvas');
  private readonly whole = new View();

  constructor(
    private readonly seen: View,
    private readonly moved: () => void
  ) {
    this.node.className = 'dw-minimap';
    this.node.title = 'The whole run: drag to pan';
    this.node.addEventListener('pointerdown', event => {
      this.node.setPointerCapture(event.pointerId);
      this.go(event.offsetX);
    });
    this.node.addEventListener('pointermove', event => {
      if (event.buttons & 1) {
        this.go(event.offsetX);
      }
    });
  }

  /** Draw the run anew; only when it, the size or the theme changes. */
  paint(lanes: Lanes, looks: readonly Look[], ink: Ink, width: number, unit: number): void {
    for (const canvas of [this.node, this.picture]) {
      canvas.width = Math.round(width * unit);
      canvas.height = Math.round(MINIMAP_HEIGHT * unit);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${MINIMAP_HEIGHT}px`;
    }
    this.whole.reset(lanes.chart.end);
    [this.whole.left, this.whole.right] = [0, width];
    const pen = this.picture.getContext('2d');
    if (!pen) {
      return;
    }
    pen.scale(unit, unit);
    pen.fillStyle = ink.panel;
    pen.fillRect(0, 0, width, MINIMAP_HEIGHT);
    const shown = Math.min(lanes.attempts.length, MINIMAP_HEIGHT);
    const height = MINIMAP_HEIGHT / Math.max(1, shown);
    const bands = Array.from({ length: shown }, (_, lane) => ({ lane, top: lane * height, height }));
    new Bars(pen, looks, ink).draw(lanes, this.whole, bands, false);
  }

  /** Draw the window and the cursor. */
  frame(ink: Ink, cursor: number, unit: number): void {
    const pen = this.node.getContext('2d');
    if (!pen) {
      return;
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.picture, 0, 0);
    pen.scale(unit, unit);
    const [from, to] = [this.whole.x(this.seen.from), this.whole.x(this.seen.to)];
    pen.fillStyle = ink.ground;
    pen.globalAlpha = 0.6;
    pen.fillRect(0, 0, Math.max(0, from), MINIMAP_HEIGHT);
    pen.fillRect(to, 0, Math.max(0, this.whole.right - to), MINIMAP_HEIGHT);
    pen.globalAlpha = 1;
    pen.strokeStyle = ink.accent;
    pen.lineWidth = 1.5;
    pen.strokeRect(Math.max(0.75, from), 0.75, Math.max(3, Math.min(to, this.whole.right) - Math.max(0, from) - 1.5), MINIMAP_HEIGHT - 1.5);
    if (cursor >= 0) {
      pen.fillStyle = ink.accent;
      pen.fillRect(this.whole.x(cursor) - 0.75, 0, 1.5, MINIMAP_HEIGHT);
    }
  }

  private go(x: number): void {
    this.seen.centre(this.whole.place(x));
    this.moved();
  }
}
