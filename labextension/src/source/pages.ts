import { COLUMNS, type EventsAnswer } from '../wire';
import { columnsOf, type Columns } from './columns';
import type { Reply } from './source';

type Numbers = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;
type Named = Record<string, Numbers>;

/** These hold the positions themselves; the others one number per event. */
const PATHS: readonly string[] = ['path', 'path_end'];

/** The events of a long run, that come page by page: what is here so far looks like the columns of a shorter run. */
export class EventPages {
  columns: Columns<'events'>;
  private readonly all: Named = {};

  /** @param first The first page; it says how many events there are. */
  constructor(first: Reply<EventsAnswer>) {
    this.columns = columnsOf('events', first);
    const columns = this.columns as Named;
    for (const { name } of COLUMNS.events) {
      const column = columns[name] as Numbers;
      this.all[name] = PATHS.includes(name) ? column : extended(column, first.body.total);
    }
  }

  get count(): number {
    return this.columns.seq.length;
  }

  /** Take the page that begins where the others end. */
  take(reply: Reply<EventsAnswer>): void {
    const page = columnsOf('events', reply) as Named;
    const { count, all } = this;
    const room = (all['seq'] as Numbers).length - count;
    // Each page numbers its positions from 0.
    const [path, ends] = [all['path'] as Uint32Array, all['path_end'] as Uint32Array];
    page['position'] = page['position']?.map(number => number + ends.length) as Numbers;
    all['path'] = joined(path, page['path'] as Uint32Array);
    all['path_end'] = joined(ends, (page['path_end'] as Uint32Array).map(end => end + path.length));
    const now: Named = { path: all['path'], path_end: all['path_end'] };
    for (const { name } of COLUMNS.events) {
      if (!PATHS.includes(name)) {
        const part = (page[name] as Numbers).subarray(0, room);
        (all[name] as Numbers).set(part, count);
        now[name] = (all[name] as Numbers).subarray(0, count + part.length);
      }
    }
    this.columns = now as Columns<'events'>;
  }
}

/** The same numbers with room for more. */
function extended<Kind extends Numbers>(column: Kind, length: number): Kind {
  const made = new (column.constructor as new (length: number) => Kind)(Math.max(length, column.length));
  made.set(column);
  return made;
}

function joined(left: Uint32Array, right: Uint32Array): Uint32Array {
  const made = extended(left, left.length + right.length);
  made.set(right, left.length);
  return made;
}
