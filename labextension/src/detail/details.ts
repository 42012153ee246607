import type { Cursor } from '../app/cursor';
import { element, fill } from '../parts/element';
import { notice } from '../parts/notice';
import { words, type DataSource } from '../source/source';
import { drawHazards } from './hazards';
import { Provenance } from './provenance';
import { drawWhy } from './why';

type Name = 'why' | 'hazards' | 'provenance';

/** What the log says about a run as a whole; each part is asked for when it is first seen. */
export class Details {
  readonly why = element('div', { class: 'dw-scroll' });
  readonly hazards = element('div', { class: 'dw-scroll' });
  readonly provenance: HTMLElement;
  private readonly links: Provenance;
  private readonly loaded = new Set<Name>();
  private readonly go: (seq: number) => void;

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly onHazards: () => void
  ) {
    this.go = seq => cursor.goTo(seq);
    this.links = new Provenance(this.go);
    this.provenance = this.links.node;
    cursor.listen(change => {
      if (change === 'run') {
        this.loaded.clear();
        if (cursor.run) {
          this.see('why');
          this.see('hazards');
        }
      }
    });
  }

  /** A part is seen now. */
  see(name: string): void {
    if ((name === 'why' || name === 'hazards' || name === 'provenance') && this.cursor.run && !this.loaded.has(name)) {
      this.loaded.add(name);
      void this.load(name, this.cursor.run.id);
    }
  }

  private async load(name: Name, runId: string): Promise<void> {
    const node = name === 'provenance' ? undefined : this[name];
    if (node) {
      fill(node, notice('running', 'Reading the log…'));
    }
    try {
      await this.draw(name, runId);
    } catch (error) {
      const { title, hint } = words(error);
      this.loaded.delete(name);
      fill(node ?? this.links.node, notice('hazard', title, hint));
    }
  }

  private async draw(name: Name, runId: string): Promise<void> {
    if (name === 'why') {
      const { body } = await this.source.ask({ ask: 'why', run_id: runId });
      drawWhy(this.why, body, this.go);
    } else if (name === 'hazards') {
      const { body } = await this.source.ask({ ask: 'hazards', run_id: runId });
      drawHazards(this.hazards, body, this.go);
      if (this.cursor.run?.id === runId) {
        this.cursor.run.findings = body.findings;
        this.onHazards();
      }
    } else {
      this.links.show((await this.source.ask({ ask: 'provenance', run_id: runId })).body);
    }
  }
}
