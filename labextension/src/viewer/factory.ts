import { ABCWidgetFactory, DocumentWidget, type DocumentRegistry } from '@jupyterlab/docregistry';
import type { ServiceManager } from '@jupyterlab/services';

import { databaseFileType, recordingFileType } from '../fileType';
import { recordingIcon } from '../icon';
import type { Settings } from '../settings';
import { UnreadModelFactory } from './model';
import { RecordingView, type Place } from './view';

/** Under which people find it in "Open With". */
export const FACTORY = 'Workflow Debugger';

export type RecordingDocument = DocumentWidget<RecordingView, DocumentRegistry.IModel>;

/** Makes the document of a recording: the usual one for ours, one of several for histories of other engines. */
export class RecordingFactory extends ABCWidgetFactory<RecordingDocument, DocumentRegistry.IModel> {
  /** Where a document begins, by path: set before it is opened, taken when it is made. */
  readonly places = new Map<string, Place>();

  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly settings: Settings,
    toolbarFactory: (document: RecordingDocument) => DocumentRegistry.IToolbarItem[]
  ) {
    super({
      name: FACTORY,
      label: FACTORY,
      modelName: UnreadModelFactory.NAME,
      fileTypes: [recordingFileType.name, 'json', databaseFileType.name],
      defaultFor: [recordingFileType.name],
      readOnly: true,
      toolbarFactory
    });
  }

  protected createNewWidget(context: DocumentRegistry.Context, source?: RecordingDocument): RecordingDocument {
    const place = source ? { ...source.content.place } : (this.places.get(context.path) ?? {});
    this.places.delete(context.path);
    const content = new RecordingView(context, this.services, this.settings, place);
    content.title.icon = recordingIcon;
    const document = new DocumentWidget({ content, context });
    document.addClass('dw-document-frame');
    return document;
  }
}
