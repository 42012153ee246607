import { CommsOverSubshells, type Kernel, type Session } from '@jupyterlab/services';

import type { AskMessage, Failure, ReplyMessage } from '../wire';
import type { Channel, Listener } from './channel';
import { Refusal } from './source';

/** The comm target of `workbench/debugger/comm.py`. */
const TARGET = 'durable-workbench';
const GONE: readonly Kernel.Status[] = ['dead', 'terminating', 'restarting', 'autorestarting'];
export const KERNEL_GONE: Failure = {
  name: 'KernelGone',
  message: 'The kernel has ended',
  hint: 'the recording is as it was; start another kernel to go on'
};

/** A comm of the document's own. */
export class KernelChannel implements Channel {
  private listener: Listener | undefined;
  private readonly leave: () => void;

  constructor(
    private readonly session: Session.ISessionConnection,
    private readonly comm: Kernel.IComm,
    onGone: () => void
  ) {
    const gone = (): void => {
      if (this.listener) {
        const { listener } = this;
        this.leave();
        listener.gone(KERNEL_GONE);
        onGone();
      }
    };
    const changed = (_: unknown, status: Kernel.Status): void => {
      if (GONE.includes(status)) {
        gone();
      }
    };
    session.statusChanged.connect(changed);
    session.disposed.connect(gone);
    this.leave = () => {
      this.listener = undefined;
      session.statusChanged.disconnect(changed);
      session.disposed.disconnect(gone);
    };
    comm.onMsg = ({ content, buffers = [] }) => this.listener?.heard(content.data as unknown as ReplyMessage, buffers);
  }

  listen(listener: Listener): void {
    this.listener = listener;
  }

  send(message: AskMessage): void {
    this.comm.send(message as never);
  }

  close(): void {
    this.leave();
    if (!this.comm.isDisposed && !this.session.isDisposed) {
      void this.comm.close().done.catch(() => undefined); // a kernel that ends meanwhile says nothing more
    }
  }
}

/** Have the kernel of a session answer questions about a file in its folder, and open the comm. */
export async function kernelChannel(session: Session.ISessionConnection, file: string, onGone: () => void): Promise<KernelChannel> {
  const { kernel } = session;
  if (!kernel) {
    throw new Refusal(KERNEL_GONE);
  }
  // A JSON string is a Python string literal too, whatever characters the name has.
  const code = `from workbench.debugger.comm import serve; serve(${JSON.stringify(file)})`;
  const { content } = await kernel.requestExecute({ code, silent: true, store_history: false, stop_on_error: false }).done;
  if (content.status !== 'ok') {
    throw cannotServe(content, kernel.name);
  }
  // One thread, in order: in a thread of its own a question could overtake the opening, and nobody would answer it.
  kernel.commsOverSubshells = CommsOverSubshells.Disabled;
  const comm = kernel.createComm(TARGET);
  await comm.open().done;
  return new KernelChannel(session, comm, onGone);
}

function cannotServe(content: { status: string; ename?: string; evalue?: string }, kernel: string): Refusal {
  return content.ename === 'ModuleNotFoundError'
    ? new Refusal({
        name: 'KernelError',
        message: `The kernel ${kernel} has no Durable Workbench: ${content.evalue ?? ''}`,
        hint: "in its environment: pip install 'durable-workbench[notebook]'"
      })
    : new Refusal({ name: 'KernelError', message: `The kernel ${kernel} cannot open it: ${content.ename ?? content.status} ${content.evalue ?? ''}`, hint: '' });
}
