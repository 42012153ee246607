import { element, setAttribute, setText } from '../parts/element';

/** A JSON document being written, checked at each key. */
export class JsonEditor {
  readonly node: HTMLElement;
  readonly area: HTMLTextAreaElement;
  private readonly word = element('div', { class: 'dw-validity', role: 'status' });

  constructor(
    label: string,
    private readonly onChange: () => void = () => undefined,
    /** What is wrong with a value that is JSON; nothing where it fits. */
    private readonly misfit: (value: unknown) => string = () => ''
  ) {
    this.area = element('textarea', { class: 'dw-json', 'aria-label': label, title: label, rows: 5, spellcheck: 'false' });
    this.area.addEventListener('input', () => {
      this.check();
      this.onChange();
    });
    this.node = element('div', { class: 'dw-editor' }, this.area, this.word);
    this.check();
  }

  get text(): string {
    return this.area.value;
  }

  set text(value: string) {
    this.area.value = value;
    this.check();
    this.onChange();
  }

  /** What is wrong with it; nothing where it is JSON, and of the wanted shape. */
  get fault(): string {
    if (!this.area.value.trim()) {
      return 'write a JSON value';
    }
    try {
      return this.misfit(JSON.parse(this.area.value));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private check(): void {
    const fault = this.fault;
    setText(this.word, fault ? (isJson(this.area.value) ? fault : `not JSON yet: ${fault}`) : 'valid JSON');
    setAttribute(this.area, 'aria-invalid', String(fault !== ''));
    setAttribute(this.word, 'data-valid', String(fault === ''));
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text with line breaks, where it is JSON. */
export function pretty(json: string): string {
  try {
    // Large whole numbers would lose digits on their way through JavaScript: then the text stays as it is.
    return /\d{16}/.test(json) ? json : JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
