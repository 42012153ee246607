import { element } from '../parts/element';
import { Panel } from '../parts/panel';
import { splitter } from '../parts/splitter';

export interface Places {
  timeline: HTMLElement;
  events: HTMLElement;
  code: HTMLElement;
  locals: HTMLElement;
  detail: HTMLElement;
}

/** The places of a run's panels: timeline on top; events, code and variables side by side; details below. */
export class Layout {
  readonly node: HTMLElement;
  readonly panels: Record<keyof Places, Panel>;

  constructor(places: Places) {
    const make = (name: keyof Places, title: string = name): Panel => {
      const panel = new Panel(title, places[name]);
      panel.node.classList.add(`dw-place-${name}`);
      return panel;
    };
    this.panels = {
      timeline: make('timeline'),
      events: make('events'),
      code: make('code'),
      locals: make('locals', 'variables'),
      detail: make('detail')
    };
    const { timeline, events, code, locals, detail } = this.panels;
    const middle = element(
      'div',
      { class: 'dw-middle' },
      events.node,
      splitter('events', 'x', events.node),
      code.node,
      splitter('variables', 'x', locals.node, true),
      locals.node
    );
    this.node = element(
      'div',
      { class: 'dw-run' },
      timeline.node,
      splitter('timeline', 'y', timeline.node),
      middle,
      splitter('details', 'y', detail.node, true),
      detail.node
    );
  }
}
