import { button } from './button';

/** Links to the events that show something. */
export function evidence(seqs: readonly number[], go: (seq: number) => void, most = 5): HTMLElement[] {
  return seqs.slice(0, most).map(seq => {
    const link = button({ name: `Go to event ${seq}`, text: `event ${seq}` }, () => go(seq));
    link.classList.add('dw-link');
    return link;
  });
}
