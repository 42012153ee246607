import { element } from './element';

const SMALLEST = 60;
const KEY_STEP = 24;

/**
 * A bar between two panels that moves by mouse and by arrow keys.
 *
 * @param name What it sizes, for a screen reader.
 * @param axis `x` sizes the width of `sized`, `y` its height.
 * @param after Whether `sized` comes after the bar, so that moving the bar towards it makes it smaller.
 * @param onSize Takes the new size in pixels when a person has moved the bar.
 */
export function splitter(name: string, axis: 'x' | 'y', sized: HTMLElement, after = false, onSize: (size: number) => void = () => undefined): HTMLElement {
  const bar = element('div', {
    role: 'separator',
    tabindex: 0,
    class: `dw-splitter dw-splitter-${axis}`,
    'aria-label': `Size of ${name}`,
    'aria-orientation': axis === 'x' ? 'vertical' : 'horizontal',
    'aria-valuenow': 0,
    title: `Size of ${name}: drag, or arrow keys`
  });
  const length = (of: Element): number => of[axis === 'x' ? 'clientWidth' : 'clientHeight'];
  new ResizeObserver(() => {
    const share = length(sized) / Math.max(1, length(sized.parentElement ?? sized));
    bar.setAttribute('aria-valuenow', String(Math.round(100 * share)));
  }).observe(sized);
  const resize = (by: number): void => {
    const box = sized.getBoundingClientRect();
    const size = Math.max(SMALLEST, (axis === 'x' ? box.width : box.height) + (after ? -by : by));
    sized.style.flex = `0 0 ${size}px`;
    onSize(Math.round(size));
  };
  bar.addEventListener('pointerdown', down => {
    let last = axis === 'x' ? down.clientX : down.clientY;
    bar.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => {
      const now = axis === 'x' ? event.clientX : event.clientY;
      resize(now - last);
      last = now;
    };
    bar.addEventListener('pointermove', move);
    bar.addEventListener('lostpointercapture', () => bar.removeEventListener('pointermove', move), { once: true });
  });
  const keys: Record<string, number> = axis === 'x' ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 };
  bar.addEventListener('keydown', event => {
    const way = keys[event.key];
    if (way !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      resize(way * KEY_STEP);
    }
  });
  return bar;
}
