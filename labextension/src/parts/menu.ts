import { element } from './element';
import { glyph } from './glyph';

export interface Item {
  label: string;
  chosen?: boolean;
  depth?: number;
  act: () => void;
}

/** A button that opens a list of choices. Escape closes it, arrows move in it. */
export class Menu {
  readonly node: HTMLElement;
  private readonly head: HTMLButtonElement;
  private readonly label = element('span', {});
  private readonly list = element('div', { role: 'menu', class: 'dw-menu-list', hidden: true });

  constructor(
    private readonly name: string,
    private readonly items: () => Item[]
  ) {
    this.head = element(
      'button',
      { type: 'button', class: 'dw-button dw-plain', 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: name },
      this.label,
      glyph('open')
    );
    this.node = element('div', { class: 'dw-menu' }, this.head, this.list);
    this.head.addEventListener('click', () => (this.list.hidden ? this.open() : this.close()));
    this.node.addEventListener('keydown', event => this.key(event));
    this.node.addEventListener('focusout', event => {
      if (!this.node.contains(event.relatedTarget as Node | null)) {
        this.hide();
      }
    });
  }

  /** What the button says now. */
  say(text: string): void {
    this.label.textContent = text;
    this.head.setAttribute('aria-label', `${this.name}: ${text}`);
  }

  private open(): void {
    const rows = this.items().map(item => {
      const row = element(
        'button',
        {
          type: 'button',
          role: 'menuitemradio',
          'aria-checked': String(item.chosen ?? false),
          class: 'dw-menu-item',
          style: `padding-left: ${0.6 + (item.depth ?? 0)}em`
        },
        item.label
      );
      row.addEventListener('click', () => {
        this.close();
        item.act();
      });
      return row;
    });
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.head.setAttribute('aria-expanded', 'true');
    rows[0]?.focus();
  }

  private hide(): void {
    this.list.hidden = true;
    this.head.setAttribute('aria-expanded', 'false');
  }

  private close(): void {
    this.hide();
    this.head.focus();
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) {
      return;
    }
    event.stopPropagation();
    const rows = Array.from(this.list.children) as HTMLElement[];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      this.close();
    } else if (move !== undefined) {
      event.preventDefault();
      rows[(at + move + rows.length) % rows.length]?.focus();
    }
  }
}
