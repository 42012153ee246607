/** One thing that a key does. */
export interface Binding {
  /** As `KeyboardEvent.key`; capitals mean Shift. */
  keys: string[];
  /** How the keys are written in the help. */
  shown: string;
  does: string;
  act: () => void;
}

const TYPING = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

/** Whether a person writes there. */
export function isTyping(target: Element | null): boolean {
  return target !== null && (TYPING.has(target.tagName) || (target as HTMLElement).isContentEditable);
}

/** Listen for keys anywhere in the app but where a person writes. */
export function bindKeys(root: HTMLElement, bindings: readonly Binding[]): void {
  const acts = new Map(bindings.flatMap(binding => binding.keys.map(key => [key, binding.act] as const)));
  root.addEventListener('keydown', event => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    if (isTyping(target)) {
      if (event.key === 'Escape') {
        root.focus();
      }
      event.stopPropagation(); // JupyterLab has shortcuts of its own for plain letters
      return;
    }
    const act = acts.get(event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key);
    if (act) {
      event.preventDefault();
      act();
    }
    if (act || event.key.length === 1) {
      event.stopPropagation();
    }
  });
}
