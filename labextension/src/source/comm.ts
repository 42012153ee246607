import type { Ask, Asks, AskMessage, ReplyMessage } from '../wire';
import { Refusal, type DataSource, type Reply } from './source';

/** What of anywidget's model is needed. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, listener: (...values: never[]) => void): void;
  off(name: string, listener: (...values: never[]) => void): void;
}

interface Waiting {
  resolve: (reply: Reply<never>) => void;
  reject: (error: Error) => void;
}

/** Above this a question would vanish on its way without a word (measured: 9 MB pass, 11 MB do not). */
const LARGEST_QUESTION = 4_000_000;

/** Asks a desk in a kernel, over the comm of a widget. */
export class CommSource implements DataSource {
  private readonly waiting = new Map<number, Waiting>();
  private readonly hear = (content: unknown, buffers?: DataView[]): void => this.heard(content as ReplyMessage, buffers);
  // Views of one model hear each other: each counts from a place of its own.
  private last = Math.floor(Math.random() * 2 ** 40);

  constructor(private readonly model: Model) {
    model.on('msg:custom', this.hear as (...values: never[]) => void);
  }

  ask<Name extends Ask>(question: Asks[Name]['question'] & { ask: Name }): Promise<Reply<Asks[Name]['answer']>> {
    if (JSON.stringify(question).length > LARGEST_QUESTION) {
      const message = 'This is too large to be sent to the kernel';
      return Promise.reject(new Refusal({ name: 'UsageError', message, hint: 'give it in Python: run.what_if(…)' }));
    }
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.model.send({ id, question: { ...question } } satisfies AskMessage);
    });
  }

  dispose(): void {
    this.model.off('msg:custom', this.hear as (...values: never[]) => void);
    this.waiting.clear();
  }

  private heard(message: ReplyMessage, buffers: DataView[] = []): void {
    const waiting = this.waiting.get(message.id);
    if (!waiting) {
      return; // asked by another view of the same model
    }
    this.waiting.delete(message.id);
    if (message.error) {
      waiting.reject(new Refusal(message.error));
    } else {
      waiting.resolve({ body: message.body as never, buffers: buffers.map(copied) });
    }
  }
}

/** A typed array wants its buffer aligned, and a message's buffers need not be. */
function copied(view: DataView | ArrayBuffer): ArrayBuffer {
  return view instanceof ArrayBuffer
    ? view
    : (view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer);
}
