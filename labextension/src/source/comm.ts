import type { Ask, Asks, AskMessage, Failure, ReplyMessage } from '../wire';
import type { Channel } from './channel';
import { Refusal, type DataSource, type Reply } from './source';

interface Waiting {
  resolve: (reply: Reply<never>) => void;
  reject: (error: Error) => void;
}

/** Above this a question would vanish on its way without a word (measured: 9 MB pass, 11 MB do not). */
const LARGEST_QUESTION = 4_000_000;

/** Asks a desk in a kernel, over a channel of messages. */
export class CommSource implements DataSource {
  private readonly waiting = new Map<number, Waiting>();
  private lost: Failure | undefined;
  // Views of one model hear each other: each counts from a place of its own.
  private last = Math.floor(Math.random() * 2 ** 40);

  constructor(private readonly channel: Channel) {
    channel.listen({ heard: (reply, buffers) => this.heard(reply, buffers), gone: why => this.gone(why) });
  }

  ask<Name extends Ask>(question: Asks[Name]['question'] & { ask: Name }): Promise<Reply<Asks[Name]['answer']>> {
    if (this.lost) {
      return Promise.reject(new Refusal(this.lost));
    }
    if (JSON.stringify(question).length > LARGEST_QUESTION) {
      const message = 'This is too large to be sent to the kernel';
      return Promise.reject(new Refusal({ name: 'UsageError', message, hint: 'give it in Python: run.what_if(…)' }));
    }
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.channel.send({ id, question: { ...question } } satisfies AskMessage);
    });
  }

  dispose(): void {
    this.channel.close();
    this.waiting.clear();
  }

  private heard(message: ReplyMessage, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): void {
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

  private gone(why: Failure): void {
    this.lost = why;
    this.waiting.forEach(({ reject }) => reject(new Refusal(why)));
    this.waiting.clear();
  }
}

/** A typed array wants its buffer aligned, and a message's buffers need not be. */
function copied(view: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  return view instanceof ArrayBuffer
    ? view
    : (view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer);
}
