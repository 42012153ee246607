import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { CommandToolbarButton, WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { databaseFileType, recordingFileType } from '../fileType';
import type { Settings } from '../settings';
import { FACTORY, RecordingFactory, type RecordingDocument } from './factory';
import { UnreadModelFactory } from './model';
import type { Place } from './view';

/** Teach JupyterLab the document of a recording; a page that is loaded again finds its documents and their places. */
export function addViewer(app: JupyterFrontEnd, settings: Settings, restorer: ILayoutRestorer | null): WidgetTracker<RecordingDocument> {
  const { commands, docRegistry, serviceManager } = app;
  const tracker = new WidgetTracker<RecordingDocument>({ namespace: 'durable-workbench' });
  const factory = new RecordingFactory(serviceManager, settings, document => [
    {
      name: 'open-in-notebook',
      widget: new CommandToolbarButton({
        commands,
        id: CommandIDs.openInNotebook,
        label: 'Open in a notebook',
        args: { toolbar: true },
        caption: `Make a post-mortem notebook beside ${document.context.path} and open it`
      })
    }
  ]);
  docRegistry.addFileType(recordingFileType);
  docRegistry.addFileType(databaseFileType);
  docRegistry.addModelFactory(new UnreadModelFactory());
  docRegistry.addWidgetFactory(factory);
  factory.widgetCreated.connect((_, document) => {
    document.context.pathChanged.connect(() => void tracker.save(document));
    document.content.placed.connect(() => void tracker.save(document));
    void tracker.add(document);
  });
  commands.addCommand(CommandIDs.open, {
    label: 'Open Recording in the Debugger',
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: { type: 'string', description: 'The recording' },
          place: { type: 'object', description: 'Where in it: run_id, cursor, time, panels' }
        },
        required: ['path']
      }
    },
    execute: args => {
      const path = String(args['path']);
      factory.places.set(path, (args['place'] ?? {}) as Place);
      return commands.execute('docmanager:open', { path, factory: FACTORY });
    }
  });
  if (restorer) {
    void restorer.restore(tracker, {
      command: CommandIDs.open,
      args: ({ context, content }) => ({ path: context.path, place: content.place }) as unknown as ReadonlyPartialJSONObject,
      name: ({ context }) => context.path
    });
  }
  return tracker;
}
