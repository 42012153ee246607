import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentWidget } from '@jupyterlab/docregistry';

import { Refusal } from './source/source';
import { recordingsBelow } from './workspace/recordings';

/** Insert a cell into the notebook that is shown: it debugs a recording of its folder, which the person chooses. */
export async function debugInCell({ commands, serviceManager, shell }: JupyterFrontEnd): Promise<void> {
  const context = (shell.currentWidget as Partial<DocumentWidget> | null)?.context;
  if (!context) {
    return;
  }
  const folder = PathExt.dirname(serviceManager.contents.localPath(context.path));
  const { recordings } = await recordingsBelow(serviceManager.serverSettings, folder);
  const paths = recordings.map(({ path }) => PathExt.relative(folder, path));
  const chosen = paths.length > 1 ? (await InputDialog.getItem({ title: 'Debug which recording?', items: paths })).value : paths[0];
  if (paths.length === 0) {
    const hint = 'record a run first: with wb.Recorder("shop.wlog") as recorder: recorder.run(workflow, …)';
    throw new Refusal({ name: 'LogNotFoundError', message: `There is no recording below the folder ${folder || 'of the server'}`, hint });
  }
  if (chosen) {
    await commands.execute('notebook:insert-cell-below');
    // A JSON string is a Python string literal too, whatever characters the name has.
    await commands.execute('notebook:replace-selection', { text: `import workbench as wb\n\nwb.Debugger(${JSON.stringify(chosen)})` });
  }
}
