import type { AskMessage, Failure, ReplyMessage } from '../wire';

/** What a channel tells its listener. */
export interface Listener {
  heard(reply: ReplyMessage, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): void;
  /** Nothing more will be heard. */
  gone(why: Failure): void;
}

/** Carries questions to a desk in a kernel, and its replies back: the comm of a widget, or one of a document's own. */
export interface Channel {
  listen(listener: Listener): void;
  send(message: AskMessage): void;
  close(): void;
}
