import { isAbsolute, join, resolve } from 'node:path';
import { requireSharedLocation } from '../sharedLocation.js';
import type { StoreKind } from './storeKind.js';

const directory: StoreKind = {
  name: 'directory',
  form: 'a directory',
  matches: (location) => !/^[a-z][a-z0-9+.-]+:\/\//.test(location),
  async open({ location, setting, directory: base, part }, { env }) {
    requireSharedLocation(location, setting, env);
    const { LocalStore } = await import('./localStore.js');
    const home = isAbsolute(location) ? location : resolve(base, location);
    return new LocalStore(join(home, part), home, setting);
  },
};

const BUCKET = /^s3:\/\/([^/]+)\/?(.*?)\/*$/;

const s3: StoreKind = {
  name: 's3',
  form: 's3://bucket/prefix',
  matches: (location) => BUCKET.test(location),
  async open({ location, setting, part }, options) {
    const { createS3Store } = await import('./s3Store.js');
    const [, bucket = '', prefix = ''] = BUCKET.exec(location) ?? [];
    const place = { bucket, prefix: prefix === '' ? part : `${prefix}/${part}`, setting };
    return createS3Store({ ...place, ...options });
  },
};

/** Every kind of place where state may be kept. */
export const stores: readonly StoreKind[] = [directory, s3];
