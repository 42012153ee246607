import type { DocumentRegistry } from '@jupyterlab/docregistry';

import { recordingIcon } from './icon';

/** What a `.wlog` file is to JupyterLab: a binary file, so never fetched or shown as text. */
export const recordingFileType: Partial<DocumentRegistry.IFileType> = {
  name: 'wlog',
  displayName: 'Workflow recording',
  extensions: ['.wlog'],
  mimeTypes: ['application/x-wlog'],
  contentType: 'file',
  fileFormat: 'base64',
  icon: recordingIcon
};

/** Whether the path names a workflow recording. */
export function isRecording(path: string): boolean {
  return path.endsWith('.wlog');
}
