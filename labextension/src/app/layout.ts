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

type Name = keyof Places;

/** How a person left the panels. */
export interface Left {
  /** Names of those that are folded to their titles. */
  folded: string[];
  /** Pixels by name, of those that were sized by hand. */
  sizes: Record<string, number>;
}

/** The places of a run's panels: timeline on top; events, code and variables side by side; details below. */
export class Layout {
  readonly node: HTMLElement;
  readonly panels: Record<Name, Panel>;
  /** Called when a person folds or sizes a panel. */
  onChange: (left: Left) => void = () => undefined;
  private sizes: Record<string, number> = {};

  constructor(places: Places) {
    const make = (name: Name, title: string = name): Panel => {
      const panel = new Panel(title, places[name]);
      panel.onFold = () => this.onChange(this.left);
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
    const bar = (name: Name, words: string, axis: 'x' | 'y', after: boolean): HTMLElement =>
      splitter(words, axis, this.panels[name].node, after, size => {
        this.sizes = { ...this.sizes, [name]: size };
        this.onChange(this.left);
      });
    const middle = element(
      'div',
      { class: 'dw-middle' },
      events.node,
      bar('events', 'events', 'x', false),
      code.node,
      bar('locals', 'variables', 'x', true),
      locals.node
    );
    this.node = element(
      'div',
      { class: 'dw-run' },
      timeline.node,
      bar('timeline', 'timeline', 'y', false),
      middle,
      bar('detail', 'details', 'y', true),
      detail.node
    );
  }

  get left(): Left {
    return { folded: Object.entries(this.panels).filter(([, panel]) => !panel.shown).map(([name]) => name), sizes: this.sizes };
  }

  /** Fold and size the panels as they were left. */
  restore({ folded, sizes }: Left): void {
    for (const [name, panel] of Object.entries(this.panels)) {
      panel.show(!folded.includes(name));
      const size = sizes[name];
      if (size) {
        panel.node.style.flex = `0 0 ${size}px`;
        this.sizes[name] = size;
      }
    }
  }
}
