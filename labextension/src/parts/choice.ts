import { element } from './element';

/** A list of which one is chosen: values with their labels. */
export function choice(name: string, options: readonly (readonly [string, string])[], pick: (value: string) => void): HTMLSelectElement {
  const made = element('select', { class: 'dw-select', 'aria-label': name, title: name });
  made.append(...options.map(([value, label]) => element('option', { value }, label)));
  made.addEventListener('change', () => pick(made.value));
  return made;
}
