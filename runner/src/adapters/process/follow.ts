import { open } from 'node:fs/promises';
import { LineSplitter } from './streamLines.js';

/** Between two reads of a growing file: short for a person, cheap for the machine. */
const POLL_EVERY_MS = 150;
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file line by line while another process writes to it.
 * @param longest maximum length of a line, in characters; longer ones are cut
 * @param ended settles when the writer has ended; its last output is still read
 */
export async function followFile(
  path: string,
  ended: Promise<unknown>,
  onLine: (line: string) => void,
  longest?: number,
): Promise<void> {
  let running = true;
  const over = ended.then(
    () => void (running = false),
    () => void (running = false),
  );
  const file = await open(path, 'r');
  const lines = new LineSplitter(onLine, longest);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const readOn = async () => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      lines.push(buffer.subarray(0, bytesRead));
    }
  };
  try {
    while (running) {
      await readOn();
      await Promise.race([over, pause(POLL_EVERY_MS)]);
    }
    await readOn();
    lines.end();
  } finally {
    await file.close();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
