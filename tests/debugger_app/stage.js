// Plays the notebook: a model as anywidget gives it, whose kernel is whatever `window.desk` is: a function from a
// question to {body, buffers} or {error}. Tests put the real desk (in Python) or columns made here behind it.

const listeners = new Map();
const state = { poster: '' };

function later(message, buffers = []) {
  // Messages of a comm come as DataViews that need not begin at a multiple of eight bytes.
  const views = buffers.map(buffer => {
    const odd = new Uint8Array(buffer.byteLength + 1);
    odd.set(new Uint8Array(buffer), 1);
    return new DataView(odd.buffer, 1);
  });
  (listeners.get('msg:custom') ?? []).forEach(hear => hear(message, views));
}

const model = {
  get: name => state[name],
  set: (name, value) => (state[name] = value),
  save_changes: () => (window.saved = { ...state }),
  on: (name, hear) => listeners.set(name, [...(listeners.get(name) ?? []), hear]),
  off: (name, hear) => listeners.set(name, (listeners.get(name) ?? []).filter(each => each !== hear)),
  send: async ({ id, question }) => {
    window.asked.push(question);
    window.open_questions++;
    const { body, buffers, error } = await window.desk(question);
    window.open_questions--;
    later(error ? { id, error } : { id, body }, buffers);
  }
};

function bytes(text) {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0)).buffer;
}

window.asked = [];
window.open_questions = 0;

/** Everything that was asked is answered, and drawn. */
window.idle = async () => {
  for (let quiet = 0; quiet < 3; quiet = window.open_questions ? 0 : quiet + 1) {
    await new Promise(done => setTimeout(done, 15));
  }
};
window.fromPython = async question => {
  const answer = await window.pythonDesk(question);
  return { ...answer, buffers: (answer.buffers ?? []).map(bytes) };
};

/** Show the app, with what the kernel's model holds already; once more after `window.close_app()`, as a page that is loaded again. */
window.start = async (kept = {}) => {
  Object.assign(state, kept);
  const { default: widget } = await import('/widget.js');
  const cell = document.getElementById('cell');
  window.close_app = widget.render({ model, el: cell });
  window.app = cell.debugger;
};
window.ready = true;
