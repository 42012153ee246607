import { COLUMNS, type Column, type DType } from '../wire';
import type { Reply } from './source';

interface Arrays {
  f64: Float64Array;
  u32: Uint32Array;
  i32: Int32Array;
  u16: Uint16Array;
  u8: Uint8Array;
}

type Named = typeof COLUMNS;

/** The buffers of an answer by name. */
export type Columns<Answer extends keyof Named> = {
  [Each in Named[Answer][number] as Each['name']]: Each['dtype'] extends DType ? Arrays[Each['dtype']] : never;
};

const MAKE: { [Each in DType]: (buffer: ArrayBuffer) => Arrays[Each] } = {
  f64: buffer => new Float64Array(buffer),
  u32: buffer => new Uint32Array(buffer),
  i32: buffer => new Int32Array(buffer),
  u16: buffer => new Uint16Array(buffer),
  u8: buffer => new Uint8Array(buffer)
};

/** The columns of an answer, as `wire.ts` names them. */
export function columnsOf<Answer extends keyof Named>(
  answer: Answer,
  reply: Reply<{ columns: Column[] }>
): Columns<Answer> {
  const found: Record<string, unknown> = {};
  reply.body.columns.forEach((column, at) => {
    const buffer = reply.buffers[at];
    if (!buffer) {
      throw new Error(`The answer lacks the buffer of its column ${column.name}`);
    }
    found[column.name] = MAKE[column.dtype](buffer);
  });
  for (const { name, dtype } of COLUMNS[answer]) {
    found[name] ??= MAKE[dtype](new ArrayBuffer(0));
  }
  return found as Columns<Answer>;
}
