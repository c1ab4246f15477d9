import { basename } from 'node:path';
import type { ObjectForPlaybook } from '../../../../hosts/rules/objectForPlaybook.js';

/**
 * The artifact for an instance that runs the playbook itself: it gets the object of S3 that the runner has checked.
 * @param variables those of the playbook; without a file there is no artifact
 */
export function artifactObjects(variables: Readonly<Record<string, unknown>>): readonly ObjectForPlaybook[] {
  const text = (name: string) => {
    const value = variables[`artifact_release_${name}`];
    return typeof value === 'string' ? value : '';
  };
  const file = text('file');
  if (file === '') return [];
  const object = { bucket: text('bucket'), key: text('key'), sha256: text('sha256') };
  const version = text('object_version');
  const named = { variable: 'artifact_release_file', file: basename(file) };
  return [{ ...named, ...object, ...(version === '' ? {} : { version }) }];
}
