import { visible } from './visible';

/** Attributes by name; `true` sets an empty one, `false` and `undefined` leave it out. `class` is an attribute too. */
export type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with children. Strings become text, never markup, and nothing in them may steer the line. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(made, name, value);
  }
  made.append(...children.map(child => (typeof child === 'string' ? visible(child) : child)));
  return made;
}

/** Set or remove an attribute, as `element` does. */
export function setAttribute(on: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) {
    on.removeAttribute(name);
  } else {
    on.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Show `text` in `on`, touching the page only where it differs. */
export function setText(on: Element, text: string): void {
  const shown = visible(text);
  if (on.textContent !== shown) {
    on.textContent = shown;
  }
}

/** Replace what `on` holds. */
export function fill(on: Element, ...children: (Node | string)[]): void {
  on.replaceChildren(...children.map(child => (typeof child === 'string' ? visible(child) : child)));
}
