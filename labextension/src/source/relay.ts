import type { Ask, Asks } from '../wire';
import type { DataSource, Reply } from './source';

/** A source that can be changed while the app goes on asking it: first a server, later a kernel. */
export class Relay implements DataSource {
  constructor(private source: DataSource) {}

  ask<Name extends Ask>(question: Asks[Name]['question'] & { ask: Name }): Promise<Reply<Asks[Name]['answer']>> {
    return this.source.ask<Name>(question);
  }

  /** Ask this one from now on; the one before is let go. */
  turnTo(source: DataSource): void {
    if (source !== this.source) {
      this.source.dispose();
      this.source = source;
    }
  }

  dispose(): void {
    this.source.dispose();
  }
}
