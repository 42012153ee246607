import { AXIS_HEIGHT } from './axis';
import type { Chart, Pin } from './chart';
import type { Ink } from './ink';
import type { View } from './view';

const PIN = 7;

/** Where the cursor stands: a line through all lanes, with a head that is seen at a glance. */
export function drawCursor(pen: CanvasRenderingContext2D, x: number, bottom: number, ink: Ink): void {
  pen.fillStyle = ink.accent;
  pen.fillRect(x - 1, AXIS_HEIGHT - 2, 2, bottom - AXIS_HEIGHT + 2);
  pen.beginPath();
  pen.moveTo(x - 6, AXIS_HEIGHT - 9);
  pen.lineTo(x + 6, AXIS_HEIGHT - 9);
  pen.lineTo(x, AXIS_HEIGHT);
  pen.fill();
}

/** Pins of hazards on the ruler: a triangle with an exclamation mark. Those too near to each other are one. */
export function drawPins(pen: CanvasRenderingContext2D, chart: Chart, view: View, ink: Ink): void {
  let last = -Infinity;
  for (const pin of chart.story.pins) {
    const x = view.x(placeOf(pin, chart));
    if (x < view.left || x > view.right || Math.abs(x - last) < 4) {
      continue;
    }
    last = x;
    pen.beginPath();
    pen.moveTo(x, AXIS_HEIGHT - PIN - 6);
    pen.lineTo(x + PIN, AXIS_HEIGHT + 7);
    pen.lineTo(x - PIN, AXIS_HEIGHT + 7);
    pen.closePath();
    pen.fillStyle = ink.warn;
    pen.strokeStyle = ink.ground;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.fill();
    pen.fillStyle = ink.ground;
    pen.fillRect(x - 0.9, AXIS_HEIGHT - 4, 1.8, 5.5);
    pen.fillRect(x - 0.9, AXIS_HEIGHT + 3, 1.8, 1.8);
  }
}

/** The pin under a point. */
export function pinAt(chart: Chart, view: View, x: number, y: number): Pin | undefined {
  return y > AXIS_HEIGHT + 8
    ? undefined
    : chart.story.pins.find(pin => Math.abs(view.x(placeOf(pin, chart)) - x) <= PIN);
}

function placeOf(pin: Pin, chart: Chart): number {
  return chart.events[chart.row(pin.seq)] ?? 0;
}
