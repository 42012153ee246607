import { element } from './element';
import { glyph } from './glyph';

/** A titled part of the screen that folds to its title. */
export class Panel {
  readonly node: HTMLElement;
  readonly extra = element('span', { class: 'dw-panel-extra' });
  private readonly title = element('span', { class: 'dw-panel-name' });
  private readonly fold: HTMLButtonElement;
  /** Called when a person folds or unfolds it. */
  onFold: () => void = () => undefined;

  constructor(
    readonly name: string,
    readonly body: HTMLElement
  ) {
    this.title.textContent = name;
    this.fold = element('button', { type: 'button', class: 'dw-fold', 'aria-expanded': 'true', title: `Fold ${name}` }, this.title);
    this.fold.prepend(glyph('open'));
    this.fold.addEventListener('click', () => {
      this.show(!this.shown);
      this.onFold();
    });
    const head = element('header', { class: 'dw-panel-head' }, this.fold, this.extra);
    this.node = element('section', { class: `dw-panel dw-panel-${name}`, 'aria-label': name }, head, body);
    body.classList.add('dw-panel-body');
  }

  get shown(): boolean {
    return !this.body.hidden;
  }

  show(shown: boolean): void {
    this.body.hidden = !shown;
    this.node.classList.toggle('dw-folded', !shown);
    this.fold.setAttribute('aria-expanded', String(shown));
    this.fold.title = `${shown ? 'Fold' : 'Unfold'} ${this.name}`;
    this.fold.replaceChildren(glyph(shown ? 'open' : 'closed'), this.title);
  }

  say(title: string): void {
    this.title.textContent = title;
  }
}
