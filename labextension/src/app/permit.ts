import { button } from '../parts/button';
import { element } from '../parts/element';
import type { Run } from '../source/run';
import { Refusal } from '../source/source';
import type { HelloAnswer } from '../wire';

/** Why somebody else could answer what this source cannot: it may not, it is not there, or the file is too large for it. */
const A_KERNEL_COULD = new Set(['NotAllowedError', 'ServerExtensionMissing', 'TooLargeError', 'KernelGone']);

/** What may be done here, and what would allow more. */
export class Permit {
  private hello: HelloAnswer | undefined;
  private starting = false;

  /** @param startKernel Starts a process that may do more; none where nothing can. */
  constructor(
    private readonly startKernel: (() => Promise<void>) | undefined,
    private readonly onFail: (error: unknown) => void
  ) {}

  greet(hello: HelloAnswer | undefined): void {
    this.hello = hello;
  }

  /** Why a run cannot be replayed here; nothing where it can. */
  notToReplay(run: Run | undefined): string {
    if (!this.hello?.may.replay) {
      return this.startKernel
        ? 'The server only reads: it runs no code. A kernel does.'
        : 'This view may not run code. Open the run in a notebook: wb.Debugger(run) replays it there.';
    }
    return run && !run.headline.replays ? `Runs of ${run.headline.engine} cannot be replayed here.` : '';
  }

  /** Why nobody can act or settle doubts here; nothing where they can. */
  notToAct(): string {
    return this.hello?.may.act
      ? ''
      : this.startKernel
        ? 'The server only reads: it changes nothing. A kernel can.'
        : 'This view may not act. Settle it in a notebook: run.resolve(…)';
  }

  /** A button that starts a kernel, where that would allow more. */
  invitation(): HTMLElement[] {
    return this.startKernel && !(this.hello?.may.replay && this.hello.may.act) ? [this.button(this.startKernel)] : [];
  }

  /** The same after an error, where a kernel could do what failed. */
  wayOut(error: unknown): HTMLElement[] {
    return this.startKernel && error instanceof Refusal && A_KERNEL_COULD.has(error.name) ? [this.button(this.startKernel)] : [];
  }

  private button(startKernel: () => Promise<void>): HTMLElement {
    const made = button({ name: 'Start a kernel to replay and decide', text: 'Start a kernel to replay and decide', glyph: 'bolt', kind: 'main' }, () => {
      if (!this.starting) {
        this.starting = true;
        made.disabled = true;
        made.replaceChildren(element('span', {}, 'Starting a kernel…'));
        void startKernel()
          .catch(error => this.onFail(error))
          .finally(() => (this.starting = false));
      }
    });
    made.classList.add('dw-start-kernel');
    return made;
  }
}
