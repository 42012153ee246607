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
    'aria-label': spoken(look.name, look.text),
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
  const said = spoken(name, on.textContent);
  setAttribute(on, 'aria-label', reason ? `${said}. Not possible: ${reason}` : said);
}

/** What a screen reader says: the words that are seen come first, so that who speaks to the machine can say them. */
function spoken(name: string, text = ''): string {
  return wordsOf(name).includes(wordsOf(text)) ? name : `${text}: ${name}`;
}

/** A + is no word. */
function wordsOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
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
