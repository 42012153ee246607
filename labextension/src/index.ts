import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { addCommands, CATEGORY, CommandIDs } from './commands';
import { Settings } from './settings';
import { addViewer } from './viewer/viewer';
import { addWorkspace } from './workspace/workspace';

const ID = 'durable-workbench:plugin';

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'The debugger of workflow recordings: their document, their list, and commands.',
  autoStart: true,
  // Nothing is required: Notebook 7 and JupyterLite lack one or another of these.
  optional: [ICommandPalette, IDefaultFileBrowser, ILauncher, ILayoutRestorer, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null
  ) => {
    const documents = addViewer(app, new Settings(registry, ID), restorer);
    addCommands(app, { browser, documents });
    addWorkspace(app, launcher, restorer);
    for (const command of [CommandIDs.showRecordings, CommandIDs.refresh, CommandIDs.openInNotebook, CommandIDs.startKernel]) {
      palette?.addItem({ command, category: CATEGORY });
    }
  }
};

export default plugin;
