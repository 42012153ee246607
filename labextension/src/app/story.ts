import type { Branch } from '../source/branch';
import { spansOf, type Run } from '../source/run';
import type { DataSource } from '../source/source';
import type { Spans, Story } from '../timeline/chart';
import { longGaps } from '../timeline/scale';
import { STATES } from '../wire';

const MOST_MOMENTS = 20_000;

/** What the timeline draws of a run as recorded. */
export function storyOf(run: Run): Story {
  return {
    lanes: run.drawn.lanes,
    states: STATES,
    spans: run.spans,
    seq: run.events.seq,
    time: run.events.time_ms,
    recoveries: run.recoveries,
    pins: run.pins,
    gaps: run.gaps,
    partial: !run.whole
  };
}

/** The same with the lanes of a branch under the recorded ones, on one time axis. */
export async function storyOfBranch(source: DataSource, run: Run, branch: Branch): Promise<Story> {
  const reply = await source.ask({ ask: 'spans', run_id: run.id, branch: branch.id });
  const [recorded, other] = [storyOf(run), spansOf(reply)];
  const below = recorded.lanes.length;
  return {
    ...recorded,
    lanes: [...recorded.lanes, ...reply.body.lanes.map(lane => `↳ ${lane}`)],
    spans: joined(recorded.spans, { ...other, lane: other.lane.map(lane => lane + below) }),
    // The branch has silences of its own, and fills some of the recorded ones.
    gaps: longGaps(Float64Array.of(...bounded(run.events.time_ms), ...bounded(other.start), ...bounded(other.end)))
  };
}

/** Enough moments to find long silences by; of a very long run a part. */
function bounded(moments: Float64Array): Float64Array {
  const every = Math.ceil(moments.length / MOST_MOMENTS);
  return every <= 1 ? moments : moments.filter((_, at) => at % every === 0);
}

function joined(left: Spans, right: Spans): Spans {
  const both = <Kind extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(make: new (length: number) => Kind, one: Kind, two: Kind): Kind => {
    const out = new make(one.length + two.length);
    out.set(one);
    out.set(two, one.length);
    return out;
  };
  return {
    start: both(Float64Array, left.start, right.start),
    end: both(Float64Array, left.end, right.end),
    lane: both(Uint32Array, left.lane, right.lane),
    state: both(Uint8Array, left.state, right.state),
    attempt: both(Uint16Array, left.attempt, right.attempt),
    seqBegin: both(Float64Array, left.seqBegin, right.seqBegin),
    seqEnd: both(Float64Array, left.seqEnd, right.seqEnd),
    open: both(Uint8Array, left.open, right.open)
  };
}
