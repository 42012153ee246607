import { Refusal, type Reply } from './source';

const MAGIC = 'DWANSWR1';
const HEAD = 16;
const STEP = 8;

/** The answer that bytes of the server hold, as `workbench/debugger/framing.py` writes them. */
export function unframed(message: ArrayBuffer): Reply<never> {
  const text = new TextDecoder();
  if (message.byteLength < HEAD || text.decode(message.slice(0, MAGIC.length)) !== MAGIC) {
    throw brokenAnswer('it does not begin as one');
  }
  const length = new DataView(message).getUint32(MAGIC.length, true);
  const head = JSON.parse(text.decode(new Uint8Array(message, HEAD, Math.min(length, message.byteLength - HEAD)))) as {
    body: never;
    buffers: number[];
  };
  let begin = HEAD + length;
  const buffers = head.buffers.map(size => {
    const buffer = message.slice(begin, begin + size);
    begin += Math.ceil(size / STEP) * STEP;
    return buffer;
  });
  if (begin !== message.byteLength) {
    throw brokenAnswer(`it has ${message.byteLength} bytes and says ${begin}`);
  }
  return { body: head.body, buffers };
}

function brokenAnswer(what: string): Refusal {
  const hint = 'the server extension and this page may be of different versions: reload the page, or restart the server';
  return new Refusal({ name: 'AnswerError', message: `The server sent something that is no answer: ${what}`, hint });
}
