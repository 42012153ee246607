import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { CommandIDs } from '../commands';
import { recordingIcon } from '../icon';
import { RecordingList } from './list';
import { recordingsBelow } from './recordings';

/** A list as old as this is looked up again when it is shown; in milliseconds. */
const STALE = 10_000;

/** The side panel with the recordings below the root of the server. */
export class RecordingsPanel extends Widget {
  static readonly ID = 'durable-workbench-recordings';
  private readonly list: RecordingList;
  private read = -STALE;

  constructor({ commands, serviceManager }: JupyterFrontEnd) {
    super();
    this.id = RecordingsPanel.ID;
    this.title.icon = recordingIcon;
    this.title.caption = 'Workflow recordings';
    this.addClass('dw-workspace-panel');
    this.list = new RecordingList(
      () => recordingsBelow(serviceManager.serverSettings, ''),
      path => void commands.execute(CommandIDs.open, { path })
    );
    this.node.append(this.list.node);
  }

  /** Look for recordings again. */
  refresh(): Promise<void> {
    this.read = performance.now();
    return this.list.refresh();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (performance.now() - this.read > STALE) {
      void this.refresh();
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.list.focus();
  }
}
