import { PathExt } from '@jupyterlab/coreutils';
import type { KernelSpec, ServiceManager, Session } from '@jupyterlab/services';

import { CommSource } from '../source/comm';
import { kernelChannel } from '../source/kernel';
import { Refusal } from '../source/source';

/** Type of the sessions that belong to documents. */
const TYPE = 'workflow-recording';

/** The kernel of a document: started when a person asks for it, in the folder of the file; ended with the document. */
export class DocumentKernel {
  private session: Session.ISessionConnection | undefined;

  /**
   * @param path Of the file, as the server calls it.
   * @param onGone The kernel ended though nobody here ended it.
   */
  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly path: () => string,
    private readonly onGone: () => void
  ) {}

  /** There is one. */
  get running(): boolean {
    return this.session !== undefined;
  }

  /** Start a kernel, and ask it from now on. */
  async start(): Promise<CommSource> {
    const { sessions, kernelspecs } = this.services;
    await kernelspecs.ready;
    const [path, kernel] = [this.path(), pythonOf(kernelspecs.specs)];
    this.session = await sessions.startNew({ path, name: PathExt.basename(path), type: TYPE, kernel: { name: kernel } });
    try {
      return await this.serve(this.session);
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** The kernel that this document had before the page was loaded again, if it still runs. */
  async found(): Promise<CommSource | undefined> {
    const { sessions } = this.services;
    await sessions.ready;
    const model = await sessions.findByPath(this.path());
    if (model?.type !== TYPE) {
      return undefined;
    }
    this.session = sessions.connectTo({ model });
    return this.serve(this.session).catch(async error => {
      console.warn('Durable Workbench: the kernel that still runs does not answer, and is ended', error);
      await this.end();
      return undefined;
    });
  }

  /** Shut the kernel down. */
  async end(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    // A console may have had a session of this file already: that one is not ours to end.
    if (session && !session.isDisposed && session.type === TYPE) {
      await session.shutdown().catch(error => console.warn('Durable Workbench: the kernel was not shut down', error));
    }
  }

  private serve(session: Session.ISessionConnection): Promise<CommSource> {
    return kernelChannel(session, PathExt.basename(this.path()), this.onGone).then(channel => new CommSource(channel));
  }
}

/** The default kernel where it is of Python, else the first one that is. */
function pythonOf(specs: KernelSpec.ISpecModels | null): string {
  const all = Object.values(specs?.kernelspecs ?? {});
  const speaks = all.filter(spec => spec?.language === 'python');
  const name = (speaks.find(spec => spec?.name === specs?.default) ?? speaks[0])?.name;
  if (name === undefined) {
    const hint = 'install one where the server runs: pip install ipykernel';
    throw new Refusal({ name: 'KernelError', message: 'The server has no kernel of Python', hint });
  }
  return name;
}
