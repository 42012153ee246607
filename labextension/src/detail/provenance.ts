import { element, setText } from '../parts/element';
import { VirtualTable } from '../parts/table';
import type { Link, ProvenanceAnswer } from '../wire';

/** Which later call used which earlier result. */
export class Provenance {
  readonly node: HTMLElement;
  private readonly note = element('p', { class: 'dw-faint', role: 'status' });
  private readonly table: VirtualTable;
  private links: Link[] = [];

  constructor(go: (seq: number) => void) {
    const text = (of: (link: Link) => string) => (cell: HTMLElement, at: number): void => {
      const link = this.links[at];
      setText(cell, link ? of(link) : '');
    };
    this.table = new VirtualTable(
      'Provenance',
      [
        { name: 'value', label: 'value', width: 'minmax(6em, 1.4fr)', show: text(link => link.value) },
        { name: 'from', label: 'came from', width: 'minmax(8em, 1.4fr)', show: text(link => `${link.from_step} ${link.from_path}, event ${link.from_seq}`) },
        { name: 'to', label: 'was used by', width: 'minmax(8em, 1.4fr)', show: text(link => `${link.to_step} ${link.to_path}, event ${link.to_seq}`) },
        { name: 'sure', label: 'how sure', width: '7em', show: text(link => (link.exact ? 'proved' : `${Math.round(link.confidence * 100)} %`)) }
      ],
      { onSelect: at => go(this.links[at]?.to_seq ?? 0), onOpen: at => go(this.links[at]?.from_seq ?? 0) }
    );
    this.node = element('div', { class: 'dw-provenance' }, this.note, this.table.node);
  }

  show(answer: ProvenanceAnswer): void {
    this.links = answer.links;
    setText(this.note, answer.links.length ? `Enter goes to where a value came from.${answer.more ? ' There are more.' : ''}` : 'No value of a result was seen in a later call.');
    this.table.setRows(answer.links.length);
  }
}
