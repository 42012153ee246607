import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage, type WidgetTracker } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

import { debugInCell } from './cell';
import { mayHoldRuns } from './fileType';
import { recordingIcon } from './icon';
import { notebookOf } from './notebook';
import { words } from './source/source';
import type { RecordingDocument } from './viewer/factory';

export namespace CommandIDs {
  /** Open the document of a recording. Arguments: `path`, and `place` to begin at. */
  export const open = 'durable-workbench:open';
  /** Make a post-mortem notebook beside a recording and open it. Argument: `path`; default: what is selected or shown. */
  export const openInNotebook = 'durable-workbench:open-in-notebook';
  /** Start a kernel for the document that is shown. */
  export const startKernel = 'durable-workbench:start-kernel';
  /** Insert a cell that debugs a recording of the notebook's folder. */
  export const debugInCell = 'durable-workbench:debug-in-cell';
  /** Show the list of recordings. */
  export const showRecordings = 'durable-workbench:show-recordings';
  /** Look for recordings again. */
  export const refresh = 'durable-workbench:refresh';
}

/** The heading of our commands in the palette. */
export const CATEGORY = 'Workflow recordings';

/** What commands act upon. */
export interface Subjects {
  browser: IDefaultFileBrowser | null;
  documents: WidgetTracker<RecordingDocument>;
}

const PATH_ARGUMENT = { args: { type: 'object', properties: { path: { type: 'string', description: 'The recording; default: the selected one' } } } } as const;
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** Register the commands that act upon one recording. */
export function addCommands(app: JupyterFrontEnd, { browser, documents }: Subjects): void {
  const { commands, serviceManager, shell } = app;
  const shown = (): RecordingDocument | undefined => {
    const { currentWidget } = documents;
    return currentWidget && currentWidget === shell.currentWidget ? currentWidget : undefined;
  };
  const recordingOf = (args: { path?: unknown; toolbar?: unknown }): string | undefined => {
    const selected = args.toolbar ? undefined : Array.from(browser?.selectedItems() ?? [], item => item.path).find(mayHoldRuns);
    return typeof args.path === 'string' ? args.path : (selected ?? (args.toolbar ? documents.currentWidget : shown())?.context.path);
  };

  commands.addCommand(CommandIDs.openInNotebook, {
    label: 'Open Recording in a Notebook',
    caption: 'Make a post-mortem notebook beside the workflow recording and open it',
    describedBy: PATH_ARGUMENT,
    icon: recordingIcon,
    isEnabled: args => recordingOf(args) !== undefined,
    execute: args => {
      const recording = recordingOf(args);
      const open = async (path: string): Promise<unknown> => commands.execute('docmanager:open', { path: await notebookOf(path, serviceManager) });
      return recording === undefined ? undefined : said(`Cannot open ${recording} in a notebook`, () => open(recording));
    }
  });
  commands.addCommand(CommandIDs.startKernel, {
    label: 'Start a Kernel to Replay and Decide',
    caption: 'Replay, try out and act in the document of a workflow recording',
    describedBy: NO_ARGUMENTS,
    isEnabled: () => shown()?.content.works === false,
    execute: () => said('Cannot start a kernel', async () => shown()?.content.startKernel())
  });
  commands.addCommand(CommandIDs.debugInCell, {
    label: 'Debug a Recording in a Cell',
    caption: 'Insert a cell that debugs a workflow recording of this folder',
    describedBy: NO_ARGUMENTS,
    icon: recordingIcon,
    execute: () => said('Cannot debug a recording here', () => debugInCell(app))
  });
}

/** Do it, or say what went wrong in a dialog. */
async function said(title: string, act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const { title: what, hint } = words(error);
    await showErrorMessage(title, [what, hint].filter(Boolean).join('\n\n'));
    return undefined;
  }
}
