import { clockText, countText, durationText, momentText } from '../parts/units';
import { visibleLine } from '../parts/visible';
import type { Chart } from './chart';
import type { Ink } from './ink';
import type { View } from './view';

export const AXIS_HEIGHT = 20;
const BETWEEN_TICKS = 110;
const DAY = 86_400_000;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map(seconds => seconds * 1000)
);

/** The ruler on top: moments in UTC, or numbers of events. */
export function drawAxis(pen: CanvasRenderingContext2D, chart: Chart, view: View, ink: Ink): void {
  pen.font = ink.font;
  pen.textBaseline = 'middle';
  pen.textAlign = 'left';
  pen.strokeStyle = ink.line;
  pen.lineWidth = 1;
  let free = view.left;
  for (const [place, label] of ticks(chart, view)) {
    const x = Math.round(view.x(place)) + 0.5;
    if (x < free || x > view.right - 10) {
      continue;
    }
    pen.beginPath();
    pen.moveTo(x, AXIS_HEIGHT - 6);
    pen.lineTo(x, AXIS_HEIGHT);
    pen.stroke();
    pen.fillStyle = ink.faint;
    pen.fillText(label, x + 3, AXIS_HEIGHT / 2);
    free = x + pen.measureText(label).width + 14;
  }
}

function ticks(chart: Chart, view: View): [number, string][] {
  if (chart.mode === 'logical') {
    const step = round(view.length(BETWEEN_TICKS));
    return marks(view.from, view.to, Math.max(1, step)).map(row => [row, `event ${countText(row + 1)}`]);
  }
  const length = view.length(BETWEEN_TICKS);
  const step = STEPS.find(size => size >= length) ?? Math.ceil(length / DAY) * DAY;
  const [from, to] = [chart.scale.moment(view.from), chart.scale.moment(view.to)];
  if (!chart.scale.breaks.length) {
    return marks(from, to, step).map(moment => [chart.scale.place(moment), tickText(moment, step)]);
  }
  // With breaks, equal places are not equal times: mark places that are evenly spread.
  return marks(view.from, view.to, length).map(place => [place, clockText(chart.scale.moment(place))]);
}

function tickText(moment: number, step: number): string {
  const text = momentText(moment);
  return step >= DAY ? text.slice(0, 10) : step >= 60_000 ? text.slice(5, 16) : step >= 1000 ? text.slice(11, 19) : text.slice(11);
}

function marks(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.min(200, Math.floor((to - first) / step) + 1));
  return Array.from({ length: count }, (_, at) => first + at * step).filter(mark => mark >= 0);
}

function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 5, 10].find(factor => factor * power >= value) ?? 10) * power;
}

/** Recoveries: what was silent is shaded, the moment of going on is a dashed line with the downtime on it. */
export function drawRecoveries(pen: CanvasRenderingContext2D, chart: Chart, view: View, ink: Ink, bottom: number): void {
  pen.font = ink.font;
  let free = -Infinity;
  for (const { silent, resumed, seq, text } of chart.story.recoveries) {
    const row = chart.row(seq);
    const to = view.x(chart.mode === 'logical' ? row : chart.scale.place(resumed));
    const from = chart.mode === 'logical' ? to : view.x(chart.scale.place(silent));
    if (to < view.left || from > view.right) {
      continue;
    }
    pen.globalAlpha = 0.1;
    pen.fillStyle = ink.text;
    pen.fillRect(from, AXIS_HEIGHT, to - from, bottom - AXIS_HEIGHT);
    pen.globalAlpha = 1;
    dashed(pen, to, AXIS_HEIGHT, bottom, ink.text);
    const label = visibleLine(text);
    const width = pen.measureText(label).width + 8;
    const x = Math.max(view.left, Math.min(view.right - width, to + 3));
    if (x > free) {
      tag(pen, label, x, bottom - 16, width, ink);
      free = x + width;
    }
  }
}

/** Gaps that are drawn shorter than they were, each with the time it stands for. */
export function drawBreaks(pen: CanvasRenderingContext2D, chart: Chart, view: View, ink: Ink, bottom: number): void {
  pen.font = ink.font;
  let free = -Infinity;
  for (const { start, end } of chart.scale.breaks) {
    const [from, to] = [view.x(chart.scale.place(start)), view.x(chart.scale.place(end))];
    if (to < view.left || from > view.right) {
      continue;
    }
    for (const x of [from + 1, to - 1]) {
      zigzag(pen, x, AXIS_HEIGHT, bottom, ink.line);
    }
    const label = durationText(end - start);
    const width = pen.measureText(label).width + 8;
    const x = Math.max(view.left, Math.min(view.right - width, (from + to - width) / 2));
    if (x > free) {
      tag(pen, label, x, AXIS_HEIGHT + 2, width, ink);
      free = x + width;
    }
  }
}

/** Names of lanes in the gutter; the whole name is in the list of events. */
export function drawName(pen: CanvasRenderingContext2D, name: string, middle: number, width: number, ink: Ink): void {
  pen.font = ink.font;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.fillStyle = ink.text;
  let text = visibleLine(name).slice(0, 80);
  while (text.length > 1 && pen.measureText(text).width > width) {
    text = `${text.slice(0, Math.max(1, text.length - 3))}…`;
  }
  pen.fillText(text, 6, middle);
}

function dashed(pen: CanvasRenderingContext2D, x: number, top: number, bottom: number, colour: string): void {
  pen.setLineDash([4, 3]);
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(Math.round(x) + 0.5, top);
  pen.lineTo(Math.round(x) + 0.5, bottom);
  pen.stroke();
  pen.setLineDash([]);
}

function zigzag(pen: CanvasRenderingContext2D, x: number, top: number, bottom: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (let y = top, side = 0; y <= bottom; y += 5, side ^= 1) {
    pen.lineTo(x + (side ? 2 : -2), y);
  }
  pen.stroke();
}

function tag(pen: CanvasRenderingContext2D, text: string, x: number, y: number, width: number, ink: Ink): void {
  pen.fillStyle = ink.panel;
  pen.fillRect(x, y, width, 14);
  pen.strokeStyle = ink.line;
  pen.lineWidth = 1;
  pen.strokeRect(x + 0.5, y + 0.5, width - 1, 13);
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.fillStyle = ink.text;
  pen.fillText(text, x + 4, y + 7.5);
}
