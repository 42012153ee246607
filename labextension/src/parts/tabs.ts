import { element } from './element';

export interface Tab {
  name: string;
  label: string;
  /** What is found there, and the key that goes there. */
  title: string;
  body: HTMLElement;
}

let made = 0;

/** Panels of which one is seen. Left and right move between them, as in every tab list. */
export class Tabs {
  readonly node: HTMLElement;
  private readonly list: HTMLElement;
  private readonly heads = new Map<string, HTMLButtonElement>();
  /** Called when another one is seen. */
  onShow: (name: string) => void = () => undefined;
  private readonly id = `dw-tabs-${made++}`;

  constructor(
    label: string,
    private readonly tabs: readonly Tab[]
  ) {
    this.list = element('div', { role: 'tablist', 'aria-label': label, class: 'dw-tablist' });
    this.node = element('div', { class: 'dw-tabs' }, this.list);
    for (const tab of tabs) {
      this.add(tab);
    }
    this.list.addEventListener('keydown', event => this.key(event));
    this.show(tabs[0]?.name ?? '');
  }

  get shown(): string {
    return this.tabs.find(tab => !tab.body.hidden)?.name ?? '';
  }

  has(name: string): boolean {
    return this.heads.has(name);
  }

  show(name: string): void {
    for (const tab of this.tabs) {
      const chosen = tab.name === name;
      const head = this.heads.get(tab.name);
      tab.body.hidden = !chosen;
      head?.setAttribute('aria-selected', String(chosen));
      head?.setAttribute('tabindex', chosen ? '0' : '-1');
    }
    this.onShow(name);
  }

  focus(): void {
    this.heads.get(this.shown)?.focus();
  }

  /** Write a small number or word beside a label, as the number of hazards. */
  note(name: string, text: string): void {
    const note = this.heads.get(name)?.querySelector('.dw-note');
    if (note) {
      note.textContent = text;
    }
  }

  private add(tab: Tab): void {
    const [head, body] = [`${this.id}-${tab.name}`, `${this.id}-${tab.name}-body`];
    const button = element(
      'button',
      { type: 'button', role: 'tab', id: head, 'aria-controls': body, class: 'dw-tab', title: tab.title },
      tab.label,
      element('span', { class: 'dw-note' })
    );
    button.addEventListener('click', () => this.show(tab.name));
    tab.body.id = body;
    tab.body.setAttribute('role', 'tabpanel');
    tab.body.setAttribute('aria-labelledby', head);
    this.heads.set(tab.name, button);
    this.list.append(button);
    this.node.append(tab.body);
  }

  private key(event: KeyboardEvent): void {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const at = this.tabs.findIndex(tab => tab.name === this.shown);
    const next = this.tabs[(at + move + this.tabs.length) % this.tabs.length];
    if (next) {
      this.show(next.name);
      this.heads.get(next.name)?.focus();
    }
  }
}
