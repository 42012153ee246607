import { button } from '../parts/button';
import { element, setText } from '../parts/element';
import { AXIS_HEIGHT, drawAxis, drawBreaks, drawName, drawRecoveries } from './axis';
import { Bars, type Band } from './bars';
import { Chart, type Pin, type Story } from './chart';
import { inkOf, type Ink, type Look } from './ink';
import { Lanes } from './lanes';
import { legendOf, wordsOf } from './legend';
import { Minimap } from './minimap';
import { drawCursor, drawPins, pinAt } from './overlay';
import type { Mode } from './scale';
import { View } from './view';

/** Height of a lane: as much as there is room for, within reason. */
const [THINNEST, THICKEST] = [15, 24];
const GUTTER = 120;
/** How long laying out may keep the page from painting, in milliseconds. */
const PATIENCE = 12;
const ZOOM = 1.35;
const MODES: [Mode, string, string][] = [
  ['compressed', 'gaps cut', 'Long gaps become a labelled break'],
  ['wall', 'wall clock', 'Time as it was'],
  ['logical', 'event order', 'One unit per event, whatever the time between']
];

/** Lanes of one run on a canvas, a minimap below; choosing a place calls `onPick` with the number of an event. */
export class Timeline {
  readonly node: HTMLElement;
  private readonly base = element('canvas', { class: 'dw-canvas', 'aria-hidden': 'true' });
  private readonly top = element('canvas', { class: 'dw-canvas dw-canvas-top', 'aria-hidden': 'true' });
  private readonly field: HTMLElement;
  private readonly tip = element('div', { class: 'dw-tip', hidden: true });
  private readonly modes = new Map<Mode, HTMLButtonElement>();
  private readonly view = new View();
  private readonly minimap = new Minimap(this.view, () => this.redraw());
  private lanes: Lanes | undefined;
  private ink: Ink | undefined;
  private mode: Mode = 'compressed';
  private cursor = { row: -1, time: NaN };
  private scroll = 0;
  private asked = 0;
  private stale = { base: true, minimap: true };
  /** How long the last painting of the bars and of the cursor took, in milliseconds; how many boxes it drew. */
  readonly spent = { base: 0, top: 0, boxes: 0 };
  /** Called when another time axis is chosen. */
  onMode: (mode: Mode) => void = () => undefined;
  /** Called when another stretch is seen: from and to as places of the chart; nothing for all of it. */
  onView: (seen: [number, number] | undefined) => void = () => undefined;
  private told = '';
  private wanted: [number, number] | undefined;
  private building = 0;

  constructor(
    label: string,
    private readonly looks: readonly Look[],
    private readonly onPick: (seq: number) => void
  ) {
    const field = element('div', {
      class: 'dw-field',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'timeline',
      'aria-label': `${label}. W and S zoom, A and D pan, arrow keys step.`
    });
    this.field = field;
    field.append(this.base, this.top, this.tip);
    this.node = element('div', { class: 'dw-timeline' }, this.bar(), field, this.minimap.node);
    this.listen();
    new ResizeObserver(() => this.redraw(true)).observe(field);
  }

  /** Draw a run; what takes long is spread over frames. `more` of the same run leaves the view where it is. */
  async show(story: Story, more = false): Promise<void> {
    const building = ++this.building;
    const lanes = new Lanes(new Chart(story, this.mode));
    let since = performance.now();
    for (const _ of lanes.build()) {
      if (performance.now() - since > PATIENCE) {
        await new Promise(resolve => setTimeout(resolve));
        since = performance.now();
      }
      if (building !== this.building) {
        return; // another run, or another time mode, was asked for meanwhile
      }
    }
    this.lanes = lanes;
    if (more) {
      this.view.extend(lanes.chart.end);
    } else {
      this.view.reset(lanes.chart.end);
      this.scroll = 0;
    }
    if (this.wanted && !story.partial) {
      this.view.look(...this.wanted);
    }
    this.wanted = story.partial ? this.wanted : undefined;
    this.redraw(true);
  }

  /** Show this stretch when what is asked for next is drawn. */
  look(seen: [number, number] | undefined): void {
    this.wanted = seen;
  }

  /** Hazards have been found: pin them. */
  pin(pins: readonly Pin[]): void {
    if (this.lanes) {
      this.lanes.chart.story.pins = pins;
      this.schedule();
    }
  }

  /** Move the cursor to an event, or beyond the log to a moment, and pan as far as needed. */
  select(row: number, time = NaN): void {
    this.cursor = { row, time };
    const place = this.place();
    if (place !== undefined && this.view.reveal(place)) {
      this.stale.base = true;
    }
    this.schedule();
  }

  zoom(factor: number, x = this.cursorX() ?? (this.view.left + this.view.right) / 2): void {
    this.view.zoom(factor, x);
    this.redraw();
  }

  pan(share: number): void {
    this.view.pan(share * (this.view.right - this.view.left));
    this.redraw();
  }

  fit(): void {
    this.view.fit();
    this.redraw();
  }

  /** The theme has changed. */
  repaint(): void {
    this.ink = undefined;
    this.redraw(true);
  }

  private bar(): HTMLElement {
    const modes = element('div', { role: 'group', 'aria-label': 'Time', class: 'dw-segments' });
    for (const [mode, text, name] of MODES) {
      const made = button({ name, text }, () => this.setMode(mode));
      made.setAttribute('aria-pressed', String(mode === this.mode));
      this.modes.set(mode, made);
      modes.append(made);
    }
    return element(
      'div',
      { class: 'dw-bar' },
      modes,
      button({ name: 'Zoom in', text: '+', key: 'Shift+W' }, () => this.zoom(1 / ZOOM)),
      button({ name: 'Zoom out', text: '−', key: 'Shift+S' }, () => this.zoom(ZOOM)),
      button({ name: 'Show the whole run', text: 'all', key: '0' }, () => this.fit()),
      legendOf(this.looks)
    );
  }

  /** Choose the time axis. */
  setMode(mode: Mode): void {
    this.mode = mode;
    this.onMode(mode);
    this.modes.forEach((made, name) => made.setAttribute('aria-pressed', String(name === mode)));
    if (this.lanes) {
      void this.show(this.lanes.chart.story);
    }
  }

  private redraw(all = false): void {
    this.stale.base = true;
    this.stale.minimap ||= all;
    this.schedule();
  }

  private schedule(): void {
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
    });
  }

  private paint(): void {
    const { lanes } = this;
    const [width, height] = [this.field.clientWidth, this.field.clientHeight];
    if (!lanes?.ready || !width || !height) {
      return;
    }
    const unit = window.devicePixelRatio || 1;
    const ink = (this.ink ??= inkOf(this.node));
    [this.view.left, this.view.right] = [Math.min(GUTTER, width / 4), width];
    const before = performance.now();
    if (this.stale.base) {
      this.stale.base = false;
      this.paintBase(lanes, ink, unit);
      this.tell();
      this.spent.base = performance.now() - before;
    }
    if (this.stale.minimap) {
      this.stale.minimap = false;
      this.minimap.paint(lanes, this.looks, ink, width, unit);
    }
    const between = performance.now();
    this.paintTop(lanes.chart, ink, unit);
    this.spent.top = performance.now() - between;
  }

  private tell(): void {
    const { all, from, to } = this.view;
    const told = all ? '' : `${from} ${to}`;
    if (told !== this.told) {
      this.told = told;
      this.onView(all ? undefined : [from, to]);
    }
  }

  private paintBase(lanes: Lanes, ink: Ink, unit: number): void {
    const pen = this.fresh(this.base, unit);
    if (!pen) {
      return;
    }
    const bands = this.bands();
    const bottom = this.field.clientHeight;
    pen.fillStyle = ink.ground;
    pen.fillRect(0, 0, this.field.clientWidth, bottom);
    for (const { lane, top, height } of bands) {
      if (lane % 2) {
        pen.fillStyle = ink.panel;
        pen.fillRect(0, top - 2, this.field.clientWidth, height + 4);
      }
    }
    drawBreaks(pen, lanes.chart, this.view, ink, bottom);
    pen.save();
    pen.beginPath();
    pen.rect(this.view.left, AXIS_HEIGHT, this.view.right - this.view.left, bottom);
    pen.clip();
    this.spent.boxes = new Bars(pen, this.looks, ink).draw(lanes, this.view, bands);
    drawRecoveries(pen, lanes.chart, this.view, ink, bottom);
    pen.restore();
    for (const { lane, top, height } of bands) {
      drawName(pen, lanes.chart.story.lanes[lane] ?? '', top + height / 2, this.view.left - 12, ink);
    }
    pen.fillStyle = ink.ground;
    pen.fillRect(0, 0, this.field.clientWidth, AXIS_HEIGHT);
    drawAxis(pen, lanes.chart, this.view, ink);
  }

  private paintTop(chart: Chart, ink: Ink, unit: number): void {
    const pen = this.fresh(this.top, unit);
    if (!pen) {
      return;
    }
    pen.clearRect(0, 0, this.field.clientWidth, this.field.clientHeight);
    drawPins(pen, chart, this.view, ink);
    const x = this.cursorX();
    if (x !== undefined && x >= this.view.left) {
      drawCursor(pen, x, this.field.clientHeight, ink);
    }
    this.minimap.frame(ink, this.place() ?? -1, unit);
  }

  private fresh(canvas: HTMLCanvasElement, unit: number): CanvasRenderingContext2D | null {
    const [width, height] = [Math.round(this.field.clientWidth * unit), Math.round(this.field.clientHeight * unit)];
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    }
    const pen = canvas.getContext('2d');
    pen?.setTransform(unit, 0, 0, unit, 0, 0);
    return pen;
  }

  private bands(): Band[] {
    const room = this.field.clientHeight - AXIS_HEIGHT;
    const count = this.lanes?.chart.story.lanes.length ?? 0;
    const lane = this.laneHeight();
    this.scroll = Math.max(0, Math.min(this.scroll, count * lane - room));
    const first = Math.floor(this.scroll / lane);
    const shown = Math.max(0, Math.min(count - first, Math.ceil(room / lane) + 1));
    return Array.from({ length: shown }, (_, at) => ({
      lane: first + at,
      top: AXIS_HEIGHT + (first + at) * lane - this.scroll + 2,
      height: lane - 4
    }));
  }

  private laneHeight(): number {
    const count = Math.max(1, this.lanes?.chart.story.lanes.length ?? 1);
    return Math.max(THINNEST, Math.min(THICKEST, (this.field.clientHeight - AXIS_HEIGHT) / count));
  }

  private cursorX(): number | undefined {
    const place = this.place();
    return place === undefined ? undefined : this.view.x(place);
  }

  private place(): number | undefined {
    return this.lanes?.chart.placeOf(this.cursor.row, this.cursor.time);
  }

  private listen(): void {
    const { field } = this;
    field.addEventListener('wheel', event => this.wheel(event), { passive: false });
    let [down, last, moved] = [false, { x: 0, y: 0 }, 0];
    field.addEventListener('pointerdown', event => {
      [down, last, moved] = [true, { x: event.offsetX, y: event.offsetY }, 0];
      field.setPointerCapture(event.pointerId);
    });
    field.addEventListener('pointermove', event => {
      if (down) {
        moved += Math.abs(event.offsetX - last.x) + Math.abs(event.offsetY - last.y);
        this.view.pan(last.x - event.offsetX);
        this.scroll += last.y - event.offsetY;
        last = { x: event.offsetX, y: event.offsetY };
        this.redraw();
      } else {
        this.hint(event.offsetX, event.offsetY);
      }
    });
    field.addEventListener('pointerup', event => {
      if (down && moved < 4) {
        this.pick(event.offsetX, event.offsetY);
      }
      down = false;
    });
    field.addEventListener('pointerleave', () => (this.tip.hidden = true));
    field.addEventListener('keydown', event => this.key(event));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.offsetX < this.view.left) {
      this.scroll += event.deltaY; // over the names: through the lanes
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.view.pan(event.deltaX || event.deltaY);
    } else {
      this.view.zoom(Math.exp(event.deltaY * 0.0022), event.offsetX);
    }
    this.redraw();
  }

  private key(event: KeyboardEvent): void {
    const act = {
      w: () => this.zoom(1 / ZOOM),
      s: () => this.zoom(ZOOM),
      a: () => this.pan(-0.2),
      d: () => this.pan(0.2),
      '0': () => this.fit()
    }[event.key.toLowerCase()];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  }

  private laneAt(y: number): number {
    const lane = Math.floor((y - AXIS_HEIGHT + this.scroll) / this.laneHeight());
    return y > AXIS_HEIGHT && lane < (this.lanes?.chart.story.lanes.length ?? 0) ? lane : -1;
  }

  /** The bar at a point, the latest where several lie over each other; -1 for none. */
  private barAt(x: number, y: number): number {
    const lane = this.laneAt(y);
    let found = -1;
    if (this.lanes?.ready && lane >= 0 && x >= this.view.left) {
      const [from, to] = [this.view.place(x - 4), this.view.place(x + 2)];
      this.lanes.draw(lane, from, to, 0, (begin, end, _, bar) => {
        found = bar >= 0 && begin <= to && end >= from ? bar : found;
      });
    }
    return found;
  }

  private pick(x: number, y: number): void {
    const chart = this.lanes?.chart;
    if (!chart || x < this.view.left) {
      return;
    }
    const pin = pinAt(chart, this.view, x, y);
    const bar = pin ? -1 : this.barAt(x, y);
    const seq = pin?.seq ?? (bar >= 0 ? chart.story.spans.seqBegin[bar] : undefined);
    const nearest = chart.story.seq[chart.nearest(this.view.place(x))];
    this.onPick(seq || nearest || 0);
  }

  private hint(x: number, y: number): void {
    const chart = this.lanes?.chart;
    const pin = chart && pinAt(chart, this.view, x, y);
    const bar = pin ? -1 : this.barAt(x, y);
    this.tip.hidden = !chart || (!pin && bar < 0);
    if (chart && !this.tip.hidden) {
      setText(this.tip, pin ? pin.title : wordsOf(chart.story, bar, this.looks));
      const left = Math.min(x + 12, this.field.clientWidth - 260);
      this.tip.style.transform = `translate(${left}px, ${Math.min(y + 14, this.field.clientHeight - 40)}px)`;
    }
  }
}
