import { TextModelFactory } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';

/**
 * A model of a recording that never loads it.
 *
 * Without a format the document's context asks for what the file is, not for what it holds: opening a gigabyte moves
 * a few hundred bytes.
 */
export class UnreadModelFactory extends TextModelFactory {
  static readonly NAME = 'durable-workbench-unread';

  override get name(): string {
    return UnreadModelFactory.NAME;
  }

  override get contentType(): Contents.ContentType {
    return 'file';
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }
}
