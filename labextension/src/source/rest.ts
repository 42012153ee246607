import type { ServerConnection } from '@jupyterlab/services';

import type { Ask, Asks } from '../wire';
import { unframed } from './framing';
import { callServer } from './server';
import type { DataSource, Reply } from './source';

/** Asks the server extension, which reads and runs no code. */
export class RestSource implements DataSource {
  private readonly leaving = new AbortController();

  /** @param path Gives the path of the recording as the server calls it, which a person may change meanwhile. */
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly path: () => string
  ) {}

  async ask<Name extends Ask>(question: Asks[Name]['question'] & { ask: Name }): Promise<Reply<Asks[Name]['answer']>> {
    const body = JSON.stringify({ path: this.path(), question });
    const response = await callServer(this.settings, 'ask', { method: 'POST', body, signal: this.leaving.signal });
    return unframed(await response.arrayBuffer());
  }

  dispose(): void {
    this.leaving.abort();
  }
}
