import type { Node as Value } from '../wire';
import { button } from './button';
import { element, fill } from './element';
import { glyph } from './glyph';
import { copyText } from './copying';

/** Fetch a value by the numbers of the children that lead to it, from its child `start` on. */
export type Fetch = (path: number[], start: number) => Promise<Value>;

/** A value that came out of a log, as a tree of text that unfolds. Values that are not here yet are asked for. */
export class PayloadTree {
  readonly node = element('ul', { role: 'tree', class: 'dw-tree' });

  constructor(
    label: string,
    private readonly fetch: Fetch
  ) {
    this.node.setAttribute('aria-label', label);
    this.node.addEventListener('keydown', event => this.key(event));
  }

  show(root: Value): void {
    this.node.replaceChildren(this.item(root, [], 0));
    this.node.querySelector('[role=treeitem]')?.setAttribute('tabindex', '0');
  }

  private item(value: Value, path: number[], depth: number): HTMLElement {
    const branches = (value.items?.length ?? 0) > 0 || value.sort === 'cut' || (value.more && value.sort !== 'text');
    const twist = element('span', { class: 'dw-twist' });
    const line = element('div', { class: 'dw-tree-line' }, twist);
    if (value.key) {
      line.append(element('span', { class: 'dw-key' }, value.key), ': ');
    }
    if (value.type) {
      line.append(element('span', { class: 'dw-type' }, value.type), ' ');
    }
    line.append(element('span', { class: `dw-value dw-sort-${value.sort}` }, shown(value)));
    if (value.json !== undefined) {
      line.append(button({ name: 'Copy as JSON', glyph: 'copy' }, () => void copyText(value.json ?? '')));
    }
    const item = element('li', { role: 'treeitem', tabindex: -1, 'aria-level': depth + 1 }, line);
    if (branches) {
      this.foldable(item, twist, line, value, path, depth);
    } else if (value.more) {
      this.rest(item, value, path, depth);
    }
    return item;
  }

  private foldable(item: HTMLElement, twist: HTMLElement, line: HTMLElement, value: Value, path: number[], depth: number): void {
    const group = element('ul', { role: 'group' });
    const open = async (opened: boolean): Promise<void> => {
      item.setAttribute('aria-expanded', String(opened));
      group.hidden = !opened;
      twist.replaceChildren(glyph(opened ? 'open' : 'closed'));
      if (opened && !group.childElementCount) {
        await this.children(group, value.items?.length ? value : await this.fetch(path, 0), path, depth);
      }
    };
    item.append(group);
    line.addEventListener('click', event => {
      if (!(event.target as Element).closest('button')) {
        void open(item.getAttribute('aria-expanded') !== 'true');
      }
    });
    item.addEventListener('dw-open', event => {
      event.stopPropagation();
      void open((event as CustomEvent<boolean>).detail);
    });
    void open(depth < 2 && (value.items?.length ?? 0) > 0 && (value.items?.length ?? 0) <= 40);
  }

  private async children(group: HTMLElement, value: Value, path: number[], depth: number): Promise<void> {
    const start = value.start ?? 0;
    const items = value.items ?? [];
    group.append(...items.map((child, at) => this.item(child, [...path, start + at], depth + 1)));
    if (value.more && items.length) {
      const more = button({ name: 'Show more of this value', text: `more (${start + items.length} of ${value.size})` }, () => {
        more.disabled = true;
        void this.fetch(path, start + items.length).then(next => {
          more.remove();
          return this.children(group, next, path, depth);
        });
      });
      group.append(more);
    }
  }

  /** The whole of a text that was cut. */
  private rest(item: HTMLElement, value: Value, path: number[], depth: number): void {
    const more = button({ name: 'Show the whole text', text: `all (${value.size})` }, () => {
      more.disabled = true;
      void this.fetch(path, 0).then(whole => {
        fill(item, ...this.item(whole, path, depth).childNodes);
      });
    });
    item.append(more);
  }

  private key(event: KeyboardEvent): void {
    const items = Array.from(this.node.querySelectorAll<HTMLElement>('[role=treeitem]')).filter(item => item.offsetParent);
    const at = items.indexOf(event.target as HTMLElement);
    const here = items[at];
    if (!here || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const expanded = here.getAttribute('aria-expanded');
    let to: HTMLElement | undefined;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      to = items[at + (event.key === 'ArrowDown' ? 1 : -1)];
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const open = event.key === 'ArrowRight';
      if (expanded === String(!open)) {
        here.dispatchEvent(new CustomEvent('dw-open', { detail: open }));
      } else {
        to = open ? items[at + 1] : (here.parentElement?.closest<HTMLElement>('[role=treeitem]') ?? undefined);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (to) {
      here.setAttribute('tabindex', '-1');
      to.setAttribute('tabindex', '0');
      to.focus();
    }
  }
}

function shown(value: Value): string {
  return value.sort === 'redacted' ? `⟨redacted⟩ ${value.text}` : value.sort === 'cut' ? '…' : value.text;
}
