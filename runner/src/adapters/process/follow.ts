import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** Between two looks at a growing file: short for the eye, nothing for the machine. */
const LOOK_EVERY_MS = 150;
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file line by line while another process writes to it.
 * @param ended settles when the writer has ended; what it wrote last is still read
 */
export async function followFile(
  path: string,
  ended: Promise<unknown>,
  onLine: (line: string) => void,
): Promise<void> {
  const file = await open(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  const readOn = async () => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) onLine(line);
    }
  };
  try {
    let running = true;
    const over = ended.then(
      () => void (running = false),
      () => void (running = false),
    );
    while (running) {
      await readOn();
      await Promise.race([over, pause(LOOK_EVERY_MS)]);
    }
    await readOn();
    if (rest !== '') onLine(rest);
  } finally {
    await file.close();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
