import { join, resolve } from 'node:path';
import type { StoreKind } from './storeKind.js';

const directory: StoreKind = {
  name: 'directory',
  form: 'a directory',
  matches: (location) => !/^[a-z][a-z0-9+.-]*:\/\//.test(location),
  folder: (location, base) => resolve(base, location),
  async open({ location, setting, directory: base, part }) {
    const { LocalStore } = await import('./localStore.js');
    const home = resolve(base, location);
    return new LocalStore(join(home, part), home, setting);
  },
};

const BUCKET = /^s3:\/\/([^/]+)\/?(.*?)\/*$/;

/** The part of a bucket that a location is for one application. */
function bucketPart(location: string, part: string) {
  const [, bucket = '', prefix = ''] = BUCKET.exec(location) ?? [];
  return { bucket, prefix: prefix === '' ? part : `${prefix}/${part}` };
}

const s3: StoreKind = {
  name: 's3',
  form: 's3://bucket/prefix',
  matches: (location) => BUCKET.test(location),
  async open({ location, setting, part }, options) {
    const { createS3Store } = await import('./s3Store.js');
    return createS3Store({ ...bucketPart(location, part), setting, ...options });
  },
  permissions: [
    { phases: ['state-read', 'state-write'], calls: ['s3:GetObject', 's3:ListObjectsV2'] },
    { phases: ['state-write'], calls: ['s3:PutObject', 's3:DeleteObject'] },
    { phases: ['upstream'], calls: ['upstream:read'] },
    { phases: ['ledger'], calls: ['ledger:use'] },
  ],
  names: (_use, location, part) => ({ bucket: bucketPart(location, part) }),
};

/** Every kind of place where state may be kept. */
export const stores: readonly StoreKind[] = [directory, s3];
