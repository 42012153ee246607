/** What draws nothing or steers the drawing: controls, bidi and zero-width marks, surrogates without their pair. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** `text` with controls and bidi marks written out as `\x1b`, `\u202e`; line breaks and tabs stay. As `visible` of Python. */
export function visible(text: string): string {
  return text.replace(HIDDEN, character => {
    if (character === '\n' || character === '\t') {
      return character;
    }
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** `visible` on one line: a name that breaks a line could pretend to be the next one. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
