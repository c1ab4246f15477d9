import type { ContextEntry } from './context.js';
import { type Call, GrpcError, NOT_FOUND } from './grpc.js';
import { modifiedTime, readAsHashed } from './sentFile.js';
import { bytesField, numberField, readFields } from './protobuf.js';

/**
 * The sending side of BuildKit's file transfer (`moby.filesync.v1.FileSync/DiffCopy`): all stats first, then the
 * contents that the engine asks for, which are only those it does not hold from the build before. Field numbers
 * from https://github.com/tonistiigi/fsutil/tree/master/types.
 */
const STAT = 0;
const REQUEST = 1;
const DATA = 2;
const FINISH = 3;
const ERROR = 4;

/** File types in Go's `os.FileMode`. */
const GO_DIRECTORY = 2 ** 31;
const GO_SYMLINK = 2 ** 27;

/**
 * Answers one DiffCopy call from the directories offered, by name (`context`, `dockerfile`).
 * @throws StackError CONTENT_CHANGED where a file is not what was hashed
 */
export async function sendFiles(
  call: Call,
  directories: Readonly<Record<string, readonly ContextEntry[]>>,
): Promise<void> {
  const name = String(call.metadata['dir-name'] ?? '');
  const entries = directories[name];
  if (entries === undefined) throw new GrpcError(NOT_FOUND, `there is no directory ${name}`);
  const stats = (async () => {
    for (const entry of entries) await call.send(packet(STAT, { stat: stat(entry) }));
    await call.send(packet(STAT, {}));
  })();
  // Without this, a connection that breaks while stats are sent would be an unhandled rejection.
  stats.catch(() => undefined);
  for await (const message of call.messages()) {
    const { type, id, data } = readPacket(message);
    if (type === ERROR) throw new Error(`the engine refused the files: ${data.toString()}`);
    if (type === FINISH) {
      await stats;
      await call.send(packet(FINISH, {}));
      return;
    }
    if (type === REQUEST) await sendContent(call, id, entries[id]);
  }
}

async function sendContent(call: Call, id: number, entry: ContextEntry | undefined): Promise<void> {
  if (entry?.kind !== 'file') throw new GrpcError(NOT_FOUND, `file ${id} was never offered`);
  for await (const data of readAsHashed(entry)) await call.send(packet(DATA, { id, data }));
  await call.send(packet(DATA, { id }));
}

function packet(type: number, body: { stat?: Buffer; id?: number; data?: Buffer }): Buffer {
  const parts = [numberField(1, type)];
  if (body.stat !== undefined) parts.push(bytesField(2, body.stat));
  if (body.id !== undefined) parts.push(numberField(3, body.id));
  if (body.data !== undefined) parts.push(bytesField(4, body.data));
  return Buffer.concat(parts);
}

/** Owner 0:0, as every Docker client sends it: who checked the files out must not change the image. */
function stat(entry: ContextEntry): Buffer {
  const type = { directory: GO_DIRECTORY, symlink: GO_SYMLINK, file: 0 }[entry.kind];
  return Buffer.concat([
    bytesField(1, entry.path),
    numberField(2, type + entry.mode),
    numberField(5, entry.kind === 'file' ? entry.size : 0),
    numberField(6, entry.kind === 'file' ? modifiedTime(entry) : entry.mtimeNs),
    entry.kind === 'symlink' ? bytesField(7, entry.linkTarget) : Buffer.alloc(0),
  ]);
}

function readPacket(message: Buffer): { type: number; id: number; data: Buffer } {
  const found = { type: STAT, id: 0, data: Buffer.alloc(0) as Buffer };
  for (const field of readFields(message)) {
    if (field.number === 1) found.type = Number(field.varint);
    else if (field.number === 3) found.id = Number(field.varint);
    else if (field.number === 4) found.data = field.bytes;
  }
  return found;
}
