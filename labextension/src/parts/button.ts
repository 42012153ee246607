import { element, setAttribute } from './element';
import { glyph, type GlyphName } from './glyph';

export interface ButtonLook {
  /** What the button does: its name for a screen reader, and with `key` its tooltip. */
  name: string;
  /** Shown text; a button with a glyph only leaves it out. */
  text?: string;
  glyph?: GlyphName;
  /** The key that does the same. */
  key?: string;
  kind?: 'plain' | 'main' | 'danger';
}

/** A real button. */
export function button(look: ButtonLook, act: () => void): HTMLButtonElement {
  const made = element('button', {
    type: 'button',
    class: `dw-button dw-${look.kind ?? 'plain'}`,
    'aria-label': look.name,
    title: look.key ? `${look.name} (${look.key})` : look.name
  });
  made.append(...(look.glyph ? [glyph(look.glyph)] : []), ...(look.text ? [element('span', {}, look.text)] : []));
  made.addEventListener('click', act);
  return made;
}

/** Allow the button, or forbid it and say why where everybody finds it. */
export function allow(on: HTMLButtonElement, name: string, reason = ''): void {
  on.disabled = reason !== '';
  setAttribute(on, 'title', reason ? `${name}: ${reason}` : name);
  setAttribute(on, 'aria-label', reason ? `${name}. Not possible: ${reason}` : name);
}

/** A button that stays in or out. */
export function toggle(look: ButtonLook, on: boolean, act: (on: boolean) => void): HTMLButtonElement {
  const made = button(look, () => {
    const pressed = made.getAttribute('aria-pressed') !== 'true';
    made.setAttribute('aria-pressed', String(pressed));
    act(pressed);
  });
  made.setAttribute('aria-pressed', String(on));
  return made;
}
