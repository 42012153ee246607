import { element } from '../parts/element';
import type { Run } from '../source/run';
import type { DataSource } from '../source/source';
import type { Edit, Node as ValueNode } from '../wire';
import { JsonEditor, pretty } from './editor';

/** What a run begins with: a list of arguments, and an object of those that have names. */
export class Arguments {
  readonly node: HTMLElement;
  readonly args: JsonEditor;
  private readonly kwargs: JsonEditor;
  private of = '';

  constructor(
    private readonly source: DataSource,
    onChange: () => void
  ) {
    this.args = new JsonEditor('Arguments, a JSON list', onChange, value => (Array.isArray(value) ? '' : 'arguments are a list, as ["42", 3]'));
    this.kwargs = new JsonEditor('Named arguments, a JSON object', onChange, value => (isObject(value) ? '' : 'named arguments are an object, as {"amount": 3}'));
    [this.args.text, this.kwargs.text] = ['[]', '{}'];
    this.node = element('div', {}, 'Arguments', this.args.node, 'Named arguments', this.kwargs.node);
  }

  /** Begin with what was recorded. */
  async aim(run: Run): Promise<void> {
    const first = firstOf(run);
    if (this.of === run.id || first < 0) {
      return;
    }
    this.of = run.id;
    const { body } = await this.source.ask({ ask: 'payload', run_id: run.id, seq: run.seq(first) });
    const text = (key: string): string | undefined => body.node.items?.find((item: ValueNode) => item.key === key)?.json;
    if (this.of === run.id) {
      this.args.text = pretty(text('args') ?? '[]');
      this.kwargs.text = pretty(text('kwargs') ?? '{}');
    }
  }

  /** What is wrong with it, in words; nothing where it can be tried. */
  fault(run: Run | undefined): string {
    if (!run || firstOf(run) < 0) {
      return 'the beginning of the run is not in the log';
    }
    return this.args.fault ? `arguments: ${this.args.fault}` : this.kwargs.fault ? `named arguments: ${this.kwargs.fault}` : '';
  }

  get edit(): Edit {
    return { edit: 'input', args: this.args.text, kwargs: this.kwargs.text };
  }
}

/** The entry at which the run began; -1 where the log does not hold it. */
function firstOf(run: Run): number {
  for (let at = 0; at < run.length && at < 100; at++) {
    if (run.type(at) === 'RunStarted') {
      return at;
    }
  }
  return -1;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
