import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

import { isRecording } from './fileType';
import { recordingIcon } from './icon';
import { createNotebookFor } from './notebook';

export namespace CommandIDs {
  /** Make a notebook beside a recording and open it. Argument: `path`; default: what the file browser has selected. */
  export const openInNotebook = 'durable-workbench:open-in-notebook';
}

/** Register the commands. Without a file browser each needs its `path` argument. */
export function addCommands(app: JupyterFrontEnd, browser: IDefaultFileBrowser | null): void {
  const { commands, serviceManager } = app;

  const recordingOf = (path: unknown): string | undefined =>
    typeof path === 'string' ? path : Array.from(browser?.selectedItems() ?? [], item => item.path).find(isRecording);

  commands.addCommand(CommandIDs.openInNotebook, {
    label: 'Open Recording in a Notebook',
    caption: 'Make a notebook beside the selected workflow recording and open it',
    describedBy: {
      args: {
        type: 'object',
        properties: { path: { type: 'string', description: 'The .wlog file; default: the selected one' } }
      }
    },
    icon: recordingIcon,
    isEnabled: args => recordingOf(args.path) !== undefined,
    execute: async args => {
      const recording = recordingOf(args.path);
      if (recording === undefined) {
        return;
      }
      try {
        const notebook = await createNotebookFor(recording, serviceManager.contents);
        return await commands.execute('docmanager:open', { path: notebook });
      } catch (error) {
        await showErrorMessage(`Cannot open ${recording} in a notebook`, error as Error);
      }
    }
  });
}
