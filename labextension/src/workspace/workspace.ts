import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { ILauncher } from '@jupyterlab/launcher';

import { CommandIDs } from '../commands';
import { recordingIcon } from '../icon';
import { RecordingsPanel } from './panel';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** Put the list of recordings into the shell: a side panel, its commands, and a card of the launcher. */
export function addWorkspace(app: JupyterFrontEnd, launcher: ILauncher | null, restorer: ILayoutRestorer | null): void {
  const { commands, shell } = app;
  const panel = new RecordingsPanel(app);
  shell.add(panel, 'left', { rank: 550, type: 'Workflow recordings' });
  restorer?.add(panel, RecordingsPanel.ID);
  commands.addCommand(CommandIDs.showRecordings, {
    label: 'Workflow Recordings',
    caption: 'Show the recordings of this workspace and how their runs stand',
    describedBy: NO_ARGUMENTS,
    icon: recordingIcon,
    execute: () => shell.activateById(panel.id)
  });
  commands.addCommand(CommandIDs.refresh, {
    label: 'Look for Workflow Recordings Again',
    describedBy: NO_ARGUMENTS,
    execute: () => panel.refresh()
  });
  launcher?.add({ command: CommandIDs.showRecordings, category: 'Other', rank: 1 });
}
