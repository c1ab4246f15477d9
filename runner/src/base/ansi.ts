/**
 * A control sequence of a terminal (ECMA-48): CSI (colours, the cursor), OSC and other strings (titles, links), and the short
 * ones, which alone are captured. Node's `stripVTControlCharacters` leaves most of an OSC and the tail of a private CSI behind.
 */
export const CONTROL_SEQUENCE =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|([ -/]*[0-~]))/;

const EVERY_SEQUENCE = new RegExp(CONTROL_SEQUENCE.source, 'g');

/** Removes colours, cursor movements, titles and links. */
export function stripAnsi(text: string): string {
  return text.includes('\x1b') ? text.replace(EVERY_SEQUENCE, '') : text;
}
