import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ServiceManager } from '@jupyterlab/services';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { App } from '../app/app';
import type { Host, Kept, Memory } from '../app/host';
import { KERNEL_GONE } from '../source/kernel';
import { Relay } from '../source/relay';
import { RestSource } from '../source/rest';
import { Refusal } from '../source/source';
import type { Settings } from '../settings';
import { DocumentKernel } from './document_kernel';

/** Where a person was in a document; kept with JupyterLab's layout. */
export type Place = Partial<Kept>;

/** Stepping fast tells the layout only where it ends; in milliseconds. */
const REST = 500;
const MEGABYTE = 1_000_000;

/** The debugger app in a document: over the server to read, over a kernel of the document to replay and act. */
export class RecordingView extends Widget {
  app: App | undefined;
  private readonly relay: Relay;
  private readonly kernel: DocumentKernel;
  private readonly moved = new Signal<this, void>(this);
  private size = 0;
  private timer = 0;

  constructor(
    private readonly context: DocumentRegistry.Context,
    private readonly services: ServiceManager.IManager,
    private readonly settings: Settings,
    readonly place: Place
  ) {
    super();
    this.addClass('dw-document');
    this.relay = new Relay(this.server());
    this.kernel = new DocumentKernel(services, () => this.path, () => void this.goBack());
    context.pathChanged.connect(() => void (this.kernel.running && this.goBack())); // it reads by the old name
    void this.begin();
  }

  /** Somebody moved to another place. */
  get placed(): ISignal<this, void> {
    return this.moved;
  }

  /** Start a kernel, and go on with it at the same place. */
  async startKernel(): Promise<void> {
    if (this.works) {
      return;
    }
    const source = await this.kernel.start();
    if (this.isDisposed) {
      await this.kernel.end(); // closed meanwhile
      return;
    }
    this.relay.turnTo(source);
    await this.app?.start();
  }

  /** It has a kernel. */
  get works(): boolean {
    return this.kernel.running;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      window.clearTimeout(this.timer);
      this.app?.dispose();
      void this.kernel.end();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.app?.node.focus();
  }

  /** As the server calls the file. */
  private get path(): string {
    return this.services.contents.localPath(this.context.path);
  }

  private async begin(): Promise<void> {
    await Promise.all([this.context.ready, this.settings.ready]);
    const running = await this.kernel.found().catch(() => undefined); // without a list of sessions there is none
    if (this.isDisposed) {
      return;
    }
    if (running) {
      this.relay.turnTo(running);
    }
    this.size = (await this.services.contents.get(this.context.path, { content: false }).catch(() => undefined))?.size ?? 0;
    this.app = new App(this.relay, this.memory(), this.host());
    this.node.append(this.app.node);
    await this.app.start();
  }

  private host(): Host {
    return {
      startKernel: () => this.startKernel(),
      follows: () => this.settings.get('followLiveFiles'),
      judges: () => this.size <= this.settings.get('largestToTriage') * MEGABYTE,
      hints: this.settings.get('keyboardHint')
    };
  }

  private memory(): Memory {
    return {
      get: name => this.place[name] ?? (name === 'time' ? (this.settings.get('timeAxis') as never) : undefined),
      set: (name, value) => {
        this.place[name] = value;
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.moved.emit(), REST);
      }
    };
  }

  private server(): RestSource {
    return new RestSource(this.services.serverSettings, () => this.path);
  }

  /** The kernel is of no use any more: read over the server again, and say so. */
  private async goBack(): Promise<void> {
    await this.kernel.end();
    if (!this.isDisposed && this.app) {
      this.relay.turnTo(this.server());
      await this.app.start();
      this.app.fail(new Refusal(KERNEL_GONE));
    }
  }
}
