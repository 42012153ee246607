import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { Contents, ServiceManager } from '@jupyterlab/services';

import { callForJson, NO_EXTENSION } from './source/server';
import { Refusal } from './source/source';
import type { NotebookAnswer } from './wire';

/** Have a post-mortem notebook written beside a recording, and return its path; without the server extension a plain one. */
export async function notebookOf(recording: string, { contents, serverSettings }: ServiceManager.IManager): Promise<string> {
  try {
    const { path } = await callForJson<NotebookAnswer>(serverSettings, 'notebook', { path: contents.localPath(recording) });
    const drive = contents.driveName(recording);
    return drive ? `${drive}:${path}` : path;
  } catch (error) {
    if (error instanceof Refusal && error.name === NO_EXTENSION) {
      return createNotebookFor(recording, contents);
    }
    throw error;
  }
}

/** A notebook whose cells open the recording `fileName`, which lies in the notebook's own folder. */
export function notebookFor(fileName: string): INotebookContent {
  // A JSON string is a Python string literal too, whatever characters the name has.
  const sources = { import: 'import workbench as wb', open: `rec = wb.open(${JSON.stringify(fileName)})`, show: 'rec' };
  return {
    cells: Object.entries(sources).map(([id, source]) => ({
      cell_type: 'code',
      id,
      source,
      metadata: {},
      execution_count: null,
      outputs: []
    })),
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5
  };
}

/** Write a notebook for a recording into the recording's folder, over no other file, and return its path. */
export async function createNotebookFor(recording: string, contents: Contents.IManager): Promise<string> {
  const drive = contents.driveName(recording);
  const inDrive = (path: string): string => (drive ? `${drive}:${path}` : path);
  const local = contents.localPath(recording);
  const folder = PathExt.dirname(local);
  const listing = await contents.get(inDrive(folder), { type: 'directory', content: true });
  const taken = new Set((listing.content as Contents.IModel[]).map(({ name }) => name));
  const name = freeName(PathExt.basename(local, PathExt.extname(local)), taken);
  const saved = await contents.save(inDrive(PathExt.join(folder, name)), {
    type: 'notebook',
    format: 'json',
    content: notebookFor(PathExt.basename(local))
  });
  return saved.path;
}

/** `stem.ipynb`, or the first of `stem-2.ipynb`, `stem-3.ipynb`, … that is not taken. */
function freeName(stem: string, taken: ReadonlySet<string>): string {
  let name = `${stem}.ipynb`;
  for (let next = 2; taken.has(name); next++) {
    name = `${stem}-${next}.ipynb`;
  }
  return name;
}
