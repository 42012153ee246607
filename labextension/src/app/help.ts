import { button } from '../parts/button';
import { element } from '../parts/element';
import type { Binding } from './keys';

/** All keys in a list over the app; Escape or the button closes it. */
export class Help {
  readonly node: HTMLDialogElement;

  constructor(bindings: readonly Binding[]) {
    const rows = bindings.map(({ shown, does }) =>
      element('tr', {}, element('th', { scope: 'row' }, ...shown.split(' ').map(key => element('kbd', {}, key))), element('td', {}, does))
    );
    const close = button({ name: 'Close', glyph: 'close' }, () => this.node.close());
    this.node = element(
      'dialog',
      { class: 'dw-help', 'aria-label': 'Keys' },
      element('h3', {}, 'Keys ', close),
      element('table', {}, element('tbody', {}, ...rows)),
      element('p', { class: 'dw-faint' }, 'In the timeline: w a s d zoom and pan, wheel zooms, Shift+wheel pans, drag pans, 0 shows the whole run.')
    );
    this.node.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === '?') {
        this.node.close();
      }
    });
  }

  toggle(): void {
    if (this.node.open) {
      this.node.close();
    } else {
      this.node.showModal();
    }
  }
}
