import type { ObjectStore } from '../base/ports.js';
import { readHint, serialise } from './documents.js';
import { segment, sharded } from './keys.js';
import { testShape } from './documentShapes.js';

/** That an image's test has passed. */
export interface TestRecord {
  readonly commit: string;
  readonly at: string;
  readonly who: string;
  readonly run?: string;
  readonly runUrl?: string;
}

/** Tests that passed, by image and digest of its inputs. */
export class Tests {
  constructor(private readonly store: ObjectStore) {}

  /** A record that cannot be read is none: the test is run again. */
  get(image: string, inputs: string): Promise<TestRecord | undefined> {
    return readHint<TestRecord>(this.store, testKey(image, inputs), testShape);
  }

  async put(image: string, inputs: string, test: TestRecord): Promise<void> {
    await this.store.put(testKey(image, inputs), serialise(test));
  }
}

const testKey = (image: string, inputs: string) =>
  sharded(`tests/${segment(image)}`, inputs.replace(/^sha256:/, ''));
