import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

import { addCommands, CommandIDs } from './commands';
import { recordingFileType } from './fileType';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'durable-workbench:plugin',
  description: 'The .wlog file type, and a command that opens a recording in a notebook.',
  autoStart: true,
  optional: [ICommandPalette, IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, browser: IDefaultFileBrowser | null) => {
    app.docRegistry.addFileType(recordingFileType);
    addCommands(app, browser);
    palette?.addItem({ command: CommandIDs.openInNotebook, category: 'Workflow recordings' });
    app.contextMenu.addItem({
      command: CommandIDs.openInNotebook,
      selector: `.jp-DirListing-item[data-file-type="${recordingFileType.name}"]`,
      rank: 1
    });
  }
};

export default plugin;
