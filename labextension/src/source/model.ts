import type { AskMessage, ReplyMessage } from '../wire';
import type { Channel, Listener } from './channel';

/** What of anywidget's model is needed. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, listener: (...values: never[]) => void): void;
  off(name: string, listener: (...values: never[]) => void): void;
}

/** The comm of a widget. */
export class ModelChannel implements Channel {
  private hear: (...values: never[]) => void = () => undefined;

  constructor(private readonly model: Model) {}

  listen(listener: Listener): void {
    this.hear = ((content: ReplyMessage, buffers: DataView[] = []) => listener.heard(content, buffers)) as typeof this.hear;
    this.model.on('msg:custom', this.hear);
  }

  send(message: AskMessage): void {
    this.model.send(message);
  }

  close(): void {
    this.model.off('msg:custom', this.hear);
  }
}
