/** Where the artifacts of an application are kept where the configuration does not say. */
export const artifactPrefix = (application: string): string => `artifacts/${application}`;

/**
 * The key of an artifact: by its content, so that no key ever gets other bytes.
 * @param digest `sha256:…` of its bytes
 * @param path of the file, whose name the key keeps
 */
export const artifactKey = (prefix: string, name: string, digest: string, path: string): string =>
  [prefix, name, digest.replace('sha256:', ''), path.split('/').at(-1)].join('/');
