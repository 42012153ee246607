// Desks with any number of runs, or one run with any number of events: the columns that a kernel would send.

const DAY = 86_400_000;
const BEGAN = Date.UTC(2026, 10, 24, 10);
const MAKE = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u16: Uint16Array, u8: Uint8Array };
const DTYPES = {
  started_ms: 'f64', ended_ms: 'f64', recoveries: 'u32', steps: 'u32', events: 'u32', workflow: 'u32', status: 'u8',
  error_type: 'u32', origin: 'u32', seq: 'f64', time_ms: 'f64', type: 'u8', lane: 'i32', attempt: 'u16', position: 'u32',
  tag: 'u32', path: 'u32', path_end: 'u32', start_ms: 'f64', end_ms: 'f64', state: 'u8', open: 'u8', note: 'u32',
  seq_begin: 'f64', seq_end: 'f64'
};

function packed(count, makers, dtypes = {}) {
  const columns = [];
  const buffers = [];
  for (const [name, of] of Object.entries(makers)) {
    const dtype = dtypes[name] ?? DTYPES[name];
    const array = new MAKE[dtype](count);
    for (let at = 0; at < count; at++) {
      array[at] = of(at);
    }
    columns.push({ name, dtype, count });
    buffers.push(array.buffer);
  }
  return { columns, buffers };
}

const hello = (more = {}) => ({
  version: '0', logs: [], log_count: 1, run_count: 1, event_count: 0, run_id: '', may: { replay: false, act: false }, isolation: 'none', ...more
});

/** A recording of many runs; a tenth of them failed, each with one of three errors. */
export function manyRuns(count) {
  const { columns, buffers } = packed(count, {
    started_ms: at => BEGAN + at * 1000,
    ended_ms: at => BEGAN + at * 1000 + 500 + (at % 977),
    recoveries: at => at % 3,
    steps: () => 5,
    events: () => 12,
    workflow: at => at % 4,
    status: at => (at % 10 ? 1 : 2),
    error_type: at => (at % 10 ? 0 : 1 + (at / 10) % 3),
    origin: () => 0
  });
  const runs = {
    columns,
    run_ids: Array.from({ length: count }, (_, at) => `order-${at}`),
    business_keys: Array.from({ length: count }, (_, at) => `customer-${at % 5000}`),
    errors: Array.from({ length: count }, (_, at) => (at % 10 ? '' : 'the provider did not answer')),
    workflows: ['checkout', 'refund', 'onboarding', 'report'],
    statuses: ['running', 'completed', 'failed', 'interrupted', 'cancelled', 'compensated', 'unknown'],
    error_types: ['', 'TimeoutError', 'Declined', 'OutOfStock'],
    origins: ['shop.wlog']
  };
  const row = at => ({
    run_id: `order-${at}`, status: at % 10 ? 'completed' : 'failed', failing_step: at % 10 ? '' : 'charge (3)',
    error_type: at % 10 ? '' : runs.error_types[1 + ((at / 10) % 3)], hazards: at % 10 ? [] : ['W1'],
    best: at % 10 ? '' : 'resume', from_step: '', safety: at % 10 ? 'SAFE' : at % 20 ? 'CHECK' : 'UNSAFE',
    because: 'so it is', at_stake: at % 10 ? 0 : at % 300, currency: 'EUR', origin: 'shop.wlog'
  });
  return async question => {
    if (question.ask === 'runs') {
      return { body: runs, buffers };
    }
    if (question.ask === 'triage') {
      const rows = Array.from({ length: Math.max(0, Math.min(question.count, count - question.start)) }, (_, at) => row(question.start + at));
      return { body: { rows, start: question.start, total: count }, buffers: [] };
    }
    return question.ask === 'hello'
      ? { body: hello({ run_count: count }), buffers: [] }
      : { error: { name: 'UsageError', message: `no ${question.ask} here`, hint: '' } };
  };
}

/** One run of so many events: steps in eight lanes, some retried, some failed, some in doubt, a night without events. */
export function longRun(count) {
  const names = ['log_in', 'check_stock', 'reserve', 'charge_card', 'ship', 'notify', 'invoice', 'audit'];
  const spans = Math.floor(count / 2);
  const moment = at => BEGAN + at * 10 + (at > count / 2 ? DAY / 2 : 0);
  const state = at => (at % 9973 === 7 ? 2 : at % 997 === 5 ? 1 : at % 101 === 3 ? 3 : 0);
  const events = packed(count, {
    seq: at => at + 1,
    time_ms: moment,
    type: at => (at % 2 ? (state((at - 1) / 2) === 1 ? 13 : 12) : 10),
    lane: at => (at >> 1) % names.length,
    attempt: () => 1,
    position: at => at >> 1,
    tag: () => 0
  });
  const places = packed(spans + 1, { path: at => at, path_end: at => at + 1 });
  const bars = packed(spans, {
    start_ms: at => moment(2 * at),
    end_ms: at => moment(2 * at + 1),
    lane: at => at % names.length,
    state,
    open: () => 0,
    attempt: at => (state(at) === 3 ? 2 : 1),
    note: () => 0,
    seq_begin: at => 2 * at + 1,
    seq_end: at => 2 * at + 2
  }, { lane: 'u32' });
  const run = {
    run_id: 'long', workflow: 'flow', status: 'completed', business_key: '', started_ms: BEGAN, ended_ms: moment(count - 1), error_type: '', error: '',
    recoveries: 1, steps: spans, events: count, first_seq: 1, last_seq: count, engine: 'native', origin: 'long.wlog', code: '', replays: true, kin: [], assumed: [],
    lanes: names.map(name => ({ name, sort: 'step', kind: 'write', assumed: false, acts: true, undo: '', probe: '' }))
  };
  const answers = {
    hello: { body: hello({ event_count: count }) },
    run: { body: run },
    events: {
      body: { columns: [...events.columns, ...places.columns], run_id: 'long', start: 0, total: count, names, lanes: names.length, tags: [''] },
      buffers: [...events.buffers, ...places.buffers]
    },
    spans: {
      body: {
        columns: bars.columns, run_id: 'long', branch: '', lanes: names, notes: [''],
        breaks: [{ from_ms: moment(count / 2), to_ms: moment(count / 2 + 1), seq: count / 2 + 1, text: 'recovered after 12.0 h' }],
        gaps: [{ from_ms: moment(count / 2), to_ms: moment(count / 2 + 1), text: '12.0 h' }]
      },
      buffers: bars.buffers
    },
    source: { body: { columns: [], run_id: 'long', files: [], functions: [], start: 0, total: count } },
    why: { body: { run_id: 'long', clauses: [], text: '' } },
    hazards: { body: { run_id: 'long', findings: [], with_code: false } },
    verdict: { body: { run_id: 'long', status: 'completed', options: [], in_doubt: [], advice: 'nothing to do', surplus: [], with_code: false, text: '' } },
    decision: { body: { run_id: 'long', rows: [], markdown: '' } },
    branches: { body: { run_id: 'long', branches: [], error: '' } },
    payload: {
      body: { run_id: 'long', seq: 1, event: 'StepStarted', name: 'log_in', position: '0', time_ms: BEGAN, path: [], node: { sort: 'none', text: 'None', key: '', size: 0, more: false }, value: -1, error: '' }
    }
  };
  return async question => ({ buffers: [], ...(answers[question.ask] ?? { error: { name: 'UsageError', message: `no ${question.ask} here`, hint: '' } }) });
}
