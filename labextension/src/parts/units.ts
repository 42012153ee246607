const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4` as `0.4 ms`, `2820000` as `47.0 min`: the unit that keeps the number small. As `duration_text` of Python. */
export function durationText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) {
    return '';
  }
  const [size, unit] =
    milliseconds < SECOND
      ? [1, 'ms']
      : milliseconds < 2 * MINUTE
        ? [SECOND, 's']
        : milliseconds < 2 * HOUR
          ? [MINUTE, 'min']
          : milliseconds < 2 * DAY
            ? [HOUR, 'h']
            : [DAY, 'days'];
  return `${(milliseconds / size).toFixed(1)} ${unit}`;
}

/** `2026-11-24 10:42:07.113` in UTC; `""` for no time. */
export function momentText(milliseconds: number): string {
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString().replace('T', ' ').slice(0, -1)
    : '';
}

/** `10:42:07.113` in UTC. */
export function clockText(milliseconds: number): string {
  return momentText(milliseconds).slice(-12);
}

/** `1,000,000`. */
export function countText(count: number, one = '', many = `${one}s`): string {
  const number = count.toLocaleString('en-US');
  return one ? `${number} ${count === 1 ? one : many}` : number;
}
