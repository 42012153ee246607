import type { DocumentRegistry } from '@jupyterlab/docregistry';

import { recordingIcon } from './icon';

type FileType = Partial<DocumentRegistry.IFileType> & { name: string };

/** What a `.wlog` file is to JupyterLab: a binary file, so never fetched or shown as text. */
export const recordingFileType: FileType = {
  name: 'wlog',
  displayName: 'Workflow recording',
  extensions: ['.wlog'],
  mimeTypes: ['application/x-wlog'],
  contentType: 'file',
  fileFormat: 'base64',
  icon: recordingIcon
};

/** A database that may be one of DBOS; "Open With" offers the debugger. */
export const databaseFileType: FileType = {
  name: 'workflow-database',
  displayName: 'SQLite database',
  extensions: ['.sqlite', '.sqlite3', '.db'],
  mimeTypes: ['application/vnd.sqlite3'],
  contentType: 'file',
  fileFormat: 'base64'
};

/** Whether the path names a workflow recording. */
export function isRecording(path: string): boolean {
  return path.endsWith('.wlog');
}

/** Whether the path names a file that may hold recorded runs of any engine that can be read. */
export function mayHoldRuns(path: string): boolean {
  return /\.(wlog|json|sqlite3?|db)$/.test(path);
}
