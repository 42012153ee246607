import type { Code } from '../code/code';
import type { Events } from '../events/events';
import type { Timeline } from '../timeline/timeline';
import type { Cursor } from './cursor';
import type { Binding } from './keys';
import type { Stepper } from './stepper';

const NEARER = 1 / 1.35;

/** What the keys reach. */
export interface Reach {
  cursor: Cursor;
  stepper: Stepper;
  timeline: Timeline;
  code: Code;
  events: Events;
  app: {
    edit(): void;
    watch(): void;
    search(): void;
    replay(): Promise<void>;
    toggleLines(): void;
    showTab(name: string): void;
    showRuns(): void;
    showHelp(): void;
    panel(number: number): void;
  };
}

/** Every key of the app, as the help lists them. */
export function keyBindings({ cursor, stepper, timeline, code, events, app }: Reach): Binding[] {
  const key = (keys: string, shown: string, does: string, act: () => void): Binding => ({ keys: keys.split(' '), shown, does, act });
  return [
    key('ArrowRight n', '→ n', 'step', () => stepper.step(1)),
    key('ArrowLeft p', '← p', 'step back', () => stepper.step(-1)),
    key('Shift+ArrowRight', 'Shift+→', 'next step of the same name', () => stepper.same(1)),
    key('Shift+ArrowLeft', 'Shift+←', 'previous step of the same name', () => stepper.same(-1)),
    key('Home', 'Home', 'first event', () => cursor.move(0)),
    key('End', 'End', 'last event', () => cursor.move(cursor.length - 1)),
    { keys: [' '], shown: 'space', does: 'play, pause', act: () => stepper.play() },
    key('c', 'c', 'go on to the next breakpoint', () => stepper.goOn()),
    key('h', 'h', 'next hazard', () => stepper.hazard()),
    key('g', 'g', 'the list of events', () => events.focus()),
    key('/', '/', 'search', () => app.search()),
    key('b', 'b', 'breakpoint at this line', () => code.toggleHere()),
    key('r', 'r', 'replay for the variables', () => void app.replay()),
    key('l', 'l', 'stop at each line, or only at events', () => app.toggleLines()),
    key('e', 'e', 'edit this result: what if?', () => app.edit()),
    key('w', 'w', 'watch an expression', () => app.watch()),
    key('d', 'd', 'decide: may I re-run this?', () => app.showTab('decide')),
    key('y', 'y', 'why did it end so?', () => app.showTab('why')),
    ...[1, 2, 3, 4].map(number => key(String(number), String(number), `panel ${number}: ${['timeline', 'events', 'code', 'variables'][number - 1]}`, () => app.panel(number))),
    key('W', 'Shift+W', 'zoom in', () => timeline.zoom(NEARER)),
    key('S', 'Shift+S', 'zoom out', () => timeline.zoom(1 / NEARER)),
    key('A', 'Shift+A', 'pan left', () => timeline.pan(-0.2)),
    key('D', 'Shift+D', 'pan right', () => timeline.pan(0.2)),
    key('Backspace', 'Backspace', 'all runs', () => app.showRuns()),
    key('?', '?', 'this list', () => app.showHelp())
  ];
}
