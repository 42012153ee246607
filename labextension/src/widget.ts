import { App } from './app/app';
import type { Memory } from './app/host';
import { element } from './parts/element';
import { CommSource } from './source/comm';
import { ModelChannel, type Model } from './source/model';

/** The state that the widget keeps is synced rarely: a kernel need not hear of each step. */
const REST = 400;

/** When no kernel has answered for so long, the poster shows what the notebook was saved with; in milliseconds. */
const PATIENCE = 4000;

/** What anywidget hands to a view. */
interface View {
  model: Model;
  el: HTMLElement;
  signal?: AbortSignal;
}

/** Show the debugger in a notebook's cell. */
function render({ model, el }: View): () => void {
  const app = new App(new CommSource(new ModelChannel(model)), memoryOf(model), { follows: () => Boolean(model.get('follows')) });
  const poster = element('pre', { class: 'dw-poster' }, String(model.get('poster') ?? ''));
  el.append(app.node, poster);
  el.classList.add('dw-notebook');
  poster.hidden = true;
  Object.assign(el, { debugger: app }); // for a person at the console, and for tests
  const silent = window.setTimeout(() => (poster.hidden = poster.textContent === ''), PATIENCE);
  void app.start().finally(() => {
    window.clearTimeout(silent);
    poster.hidden = true;
  });
  return () => {
    window.clearTimeout(silent);
    app.dispose();
  };
}

function memoryOf(model: Model): Memory {
  let timer = 0;
  return {
    get: name => model.get(name) as never,
    set: (name, value) => {
      if (model.get(name) !== value) {
        model.set(name, value);
        window.clearTimeout(timer);
        timer = window.setTimeout(() => model.save_changes(), REST);
      }
    }
  };
}

export default { render };
