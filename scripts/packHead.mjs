// The automation-stack runner, packed by scripts/pack.mjs. It unpacks itself beside itself, once, and starts.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Buffer } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const unpacked = join(here, 'unpacked');
if (!existsSync(unpacked)) {
  const packed = `/*PACK*/`;
  const text = brotliDecompressSync(Buffer.from(packed.slice(8), 'base64')).toString('utf8');
  const fresh = mkdtempSync(join(here, '.unpacking-'));
  for (const [path, content] of Object.entries(JSON.parse(text))) {
    mkdirSync(dirname(join(fresh, path)), { recursive: true });
    writeFileSync(join(fresh, path), content);
  }
  writeFileSync(join(fresh, 'package.json'), '{"type":"module"}\n');
  try {
    renameSync(fresh, unpacked);
  } catch (error) {
    // Another process of the same build was faster: its copy is as good.
    if (!existsSync(unpacked)) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
}
await import(join(unpacked, 'runner/dist/main.js'));
