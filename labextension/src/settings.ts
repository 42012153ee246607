import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { ViewState } from './wire';

/** What a person may choose, as `schema/plugin.json` describes it. */
interface Choices {
  followLiveFiles: boolean;
  timeAxis: ViewState['time'];
  /** Megabytes. */
  largestToTriage: number;
  keyboardHint: boolean;
}

const USUAL: Choices = { followLiveFiles: true, timeAxis: 'compressed', largestToTriage: 256, keyboardHint: true };

/** The settings as they are now; the usual ones where JupyterLab keeps none. */
export class Settings {
  readonly ready: Promise<void>;
  private chosen: Partial<Choices> = {};

  constructor(registry: ISettingRegistry | null, plugin: string) {
    this.ready = registry ? this.load(registry, plugin) : Promise.resolve();
  }

  get<Name extends keyof Choices>(name: Name): Choices[Name] {
    return this.chosen[name] ?? USUAL[name];
  }

  private async load(registry: ISettingRegistry, plugin: string): Promise<void> {
    try {
      const settings = await registry.load(plugin);
      const take = (): void => {
        this.chosen = settings.composite as Partial<Choices>;
      };
      settings.changed.connect(take);
      take();
    } catch (error) {
      console.warn('Durable Workbench: the settings cannot be read, the usual ones hold', error);
    }
  }
}
