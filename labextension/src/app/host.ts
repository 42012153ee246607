import type { ViewState } from '../wire';

/** What a host keeps for the next time. */
export type Kept = Pick<ViewState, 'run_id' | 'cursor' | 'branch' | 'time' | 'panels'>;

export interface Memory {
  get<Name extends keyof Kept>(name: Name): Kept[Name] | undefined;
  set<Name extends keyof Kept>(name: Name, value: Kept[Name]): void;
}

/** What a host can do for the app besides, and how it wants it. */
export interface Host {
  /** Start a process that may run code and act, and go on with that. */
  startKernel?: () => Promise<void>;
  /** Whether what another process appends is looked for now. */
  follows?: () => boolean;
  /** Whether the runs of a list are judged unasked. */
  judges?: () => boolean;
  /** Whether a line at the bottom says the most used keys. */
  hints?: boolean;
}
