/** Where the playbooks of an application are kept for its hosts where the configuration does not say. */
export const bundlePrefix = (application: string, given?: string): string =>
  given ?? `playbooks/${application}`;

/** The key of a bundle: by its content, so that no key ever gets other bytes. */
export const bundleKey = (prefix: string, sha256: string): string => `${prefix}/${sha256}.tar.gz`;

/** The key of the values of one run, which hold secrets and are removed after it. */
export const valuesKey = (prefix: string, run: string): string => `${prefix}/values/${run}.json`;
