import type { Cursor } from '../app/cursor';
import { allow, button } from '../parts/button';
import { element, fill } from '../parts/element';
import { glyph } from '../parts/glyph';
import type { DataSource } from '../source/source';
import type { Edit } from '../wire';
import { Arguments } from './arguments';
import { JsonEditor, pretty } from './editor';

type EditWord = 'returns' | 'raises' | 'delays' | 'drops' | 'crashes' | 'signals' | 'shifts_clock' | 'input';

const WORDS: [EditWord, string, string][] = [
  ['returns', 'return', 'The call answers something else'],
  ['raises', 'raise', 'The call fails'],
  ['delays', 'delay', 'The answer comes later'],
  ['drops', 'drop', 'The answer never comes'],
  ['crashes', 'crash', 'The process dies here'],
  ['signals', 'signal', 'A signal comes after this event'],
  ['shifts_clock', 'clock', 'The clock that the code reads is off from this event on'],
  ['input', 'input', 'The run begins with other arguments']
];
/** Longest shift of a clock, as `workbench.machine` has it: a hundred years. */
const LONGEST_SECONDS = 100 * 366 * 86_400;
/** How far to look for the answer of a call. */
const FAR = 50_000;

/** What to pretend about the call at the cursor. */
export class EditForm {
  readonly node = element('div', { class: 'dw-edit-form' });
  private word: EditWord = 'returns';
  private seq = 0;
  private readonly json = new JsonEditor('Value, as JSON', () => this.judge());
  private readonly type = element('input', { value: 'TimeoutError', 'aria-label': 'Class of the error', title: 'Class of the error' });
  private readonly message = element('input', { placeholder: 'message', 'aria-label': 'Message of the error' });
  private readonly seconds = element('input', { type: 'number', value: '60', min: '0', step: 'any', 'aria-label': 'Seconds later', title: 'Seconds later' });
  private readonly signal = element('input', { placeholder: 'name of the signal', 'aria-label': 'Name of the signal' });
  private readonly when = element('select', { 'aria-label': 'When it dies', title: 'When it dies' });
  private readonly shift = element('input', { type: 'number', value: '3600', step: 'any', 'aria-label': 'Seconds that the clock is off', title: 'Seconds that the clock is off; below zero: it is behind' });
  private readonly beginning: Arguments;
  private readonly go = button({ name: 'Replay with this edit', text: 'Replay', glyph: 'play', kind: 'main' }, () => this.onReplay(this.edit()));

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly may: () => string,
    private readonly onReplay: (edit: Edit) => void
  ) {
    this.when.append(...['during', 'before', 'after'].map(each => element('option', { value: each }, `${each} the call`)));
    this.beginning = new Arguments(source, () => this.judge());
    for (const field of [this.type, this.signal, this.seconds, this.shift]) {
      field.addEventListener('input', () => this.judge());
    }
    this.draw();
  }

  /** Take the call at the cursor. */
  async aim(): Promise<void> {
    const { run, seq } = this.cursor;
    this.seq = run ? answerOf(this.cursor) || seq : 0;
    this.draw();
    if (!run || !this.seq) {
      return;
    }
    await this.begin();
    const asked = this.seq;
    const { body } = await this.source.ask({ ask: 'payload', run_id: run.id, seq: asked });
    const result = body.node.items?.[body.value];
    if (this.seq === asked) {
      this.json.text = pretty(result?.json ?? 'null');
    }
  }

  /** The recorded arguments, once they are wanted. */
  private async begin(): Promise<void> {
    const { run } = this.cursor;
    if (run && this.word === 'input') {
      await this.beginning.aim(run);
      this.judge();
    }
  }

  focus(): void {
    (this.word === 'returns' ? this.json.area : this.node.querySelector<HTMLElement>('input[type=radio]'))?.focus();
  }

  private edit(): Edit {
    const target: Edit = { edit: this.word, seq: this.seq };
    const more: Record<EditWord, Edit> = {
      returns: { value: { json: this.json.text } },
      raises: { error: { type: this.type.value.trim(), message: this.message.value } },
      delays: { seconds: Number(this.seconds.value) },
      drops: {},
      crashes: { when: this.when.value as 'before' | 'during' | 'after' },
      signals: { name: this.signal.value.trim(), value: { json: this.json.text } },
      shifts_clock: { seconds: Number(this.shift.value) },
      input: {}
    };
    return this.word === 'input' ? this.beginning.edit : { ...target, ...more[this.word] };
  }

  private draw(): void {
    const { run } = this.cursor;
    const row = run && this.seq ? run.find(this.seq) : -1;
    const name = run && row >= 0 ? run.name(row) || run.type(row) : '';
    const words = element('div', { role: 'radiogroup', 'aria-label': 'What to pretend', class: 'dw-words' });
    for (const [word, text, title] of WORDS) {
      const radio = element('input', { type: 'radio', name: 'dw-edit-word', value: word });
      radio.checked = word === this.word;
      radio.addEventListener('change', () => {
        this.word = word;
        this.draw();
        void this.begin().catch(() => undefined); // what was recorded only fills the fields
        this.node.querySelector<HTMLElement>(`input[value=${word}]`)?.focus();
      });
      words.append(element('label', { title }, radio, text));
    }
    fill(this.node, element('p', {}, ...this.head(name)), words, this.fields(), element('div', { class: 'dw-bar' }, this.go));
    this.judge();
  }

  private head(name: string): (Node | string)[] {
    if (!this.seq) {
      return ['Choose an event: its answer can be edited here.'];
    }
    const [what, rest] =
      this.word === 'input'
        ? ['What if the run', ' had begun with other arguments …']
        : this.word === 'shifts_clock'
          ? ['What if the clock', ` were off from event ${this.seq} on (${name}) …`]
          : [`What if ${name}`, ` (event ${this.seq}) would …`];
    return [glyph('edit'), element('strong', {}, what), rest];
  }

  private fields(): HTMLElement {
    const fields: Record<EditWord, (Node | string)[]> = {
      returns: [this.json.node],
      raises: [this.type, ' ( ', this.message, ' )'],
      delays: ['by ', this.seconds, ' seconds'],
      drops: ['The code waits for ever; timeouts and deadlines fire.'],
      crashes: [this.when],
      signals: [this.signal, this.json.node],
      shifts_clock: ['by ', this.shift, ' seconds; below zero the clock is behind. Recorded readings and timers come that much later.'],
      input: [this.beginning.node]
    };
    return element('div', { class: 'dw-fields' }, ...fields[this.word]);
  }

  private judge(): void {
    allow(this.go, 'Replay with this edit', this.may() || this.fault());
  }

  private fault(): string {
    if (!this.seq) {
      return 'choose an event first';
    }
    const faults: Partial<Record<EditWord, string>> = {
      returns: this.json.fault,
      signals: this.signal.value.trim() ? this.json.fault : 'name the signal',
      raises: this.type.value.trim() ? '' : 'name a class of errors',
      delays: this.seconds.value !== '' && Number(this.seconds.value) >= 0 ? '' : 'say how many seconds',
      shifts_clock: shiftFault(this.shift.value),
      input: this.beginning.fault(this.cursor.run)
    };
    return faults[this.word] ?? '';
  }
}

function shiftFault(text: string): string {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds)) {
    return 'say by how many seconds the clock is off, as 3600 or -60';
  }
  if (Math.abs(seconds) > LONGEST_SECONDS) {
    return `a clock cannot be off by more than ${LONGEST_SECONDS.toLocaleString('en-US')} s`;
  }
  return seconds === 0 ? 'a clock that is off by 0 s changes nothing' : '';
}

/** The event at which the call of the cursor was answered; 0 where there is none. */
function answerOf({ run, seq }: Cursor): number {
  const row = run?.find(seq) ?? -1;
  if (!run || row < 0 || !/Started|Began|AttemptFailed|SignalAwaited/.test(run.type(row))) {
    return seq;
  }
  const position = run.position(row);
  for (let at = row + 1; at < Math.min(run.length, row + FAR); at++) {
    if (/Completed|Failed|Fired|Consumed|Resolved|Cancelled|Recorded/.test(run.type(at)) && run.type(at) !== 'AttemptFailed' && run.position(at) === position) {
      return run.seq(at);
    }
  }
  return seq;
}
