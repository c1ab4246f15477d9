import { StackError } from '../../runner/src/base/errors.js';
import type { ObjectStore, StoredObject, WriteCondition } from '../../runner/src/base/ports.js';
import { assertKey } from '../../runner/src/state/keys.js';

/** A state store in memory that counts what is asked of it and fails writes on demand. */
export class MemoryStore implements ObjectStore {
  readonly location = 'memory';
  readonly objects = new Map<string, string>();
  reads = 0;
  lists = 0;
  /** While true, every write fails as on a full disk. */
  full = false;

  async get(key: string): Promise<StoredObject | undefined> {
    assertKey(key);
    this.reads += 1;
    const body = this.objects.get(key);
    return body === undefined ? undefined : { body, etag: body };
  }

  async put(key: string, body: string, condition?: WriteCondition): Promise<string | undefined> {
    assertKey(key);
    if (this.full) throw new StackError('STATE_WRITE_FAILED', 'cannot write the state: the disk is full');
    const stored = this.objects.get(key);
    if (
      condition !== undefined &&
      ('ifAbsent' in condition ? stored !== undefined : stored !== condition.ifMatch)
    ) {
      return undefined;
    }
    this.objects.set(key, body);
    return body;
  }

  async delete(key: string): Promise<void> {
    this.objects.delete(key);
  }

  async list(prefix: string, limit = Infinity): Promise<readonly string[]> {
    this.lists += 1;
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort()
      .slice(0, limit);
  }
}
