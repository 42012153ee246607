import type { Ask, Asks, Failure } from '../wire';

/** An answer with its buffers, each a copy that begins at its first byte. */
export interface Reply<Body> {
  body: Body;
  buffers: ArrayBuffer[];
}

/** Where answers come from: a kernel by its comm, or a server by its routes. */
export interface DataSource {
  ask<Name extends Ask>(question: Asks[Name]['question'] & { ask: Name }): Promise<Reply<Asks[Name]['answer']>>;
  dispose(): void;
}

/** The other side did not answer, and says why. */
export class Refusal extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = failure.name;
  }

  get hint(): string {
    return this.failure.hint;
  }
}

/** What went wrong, in words, whatever was thrown. */
export function words(error: unknown): { title: string; hint: string } {
  return error instanceof Refusal
    ? { title: error.message, hint: error.hint }
    : { title: error instanceof Error ? error.message : String(error), hint: '' };
}
