import type { Access } from './http.js';

/** A controller that is there already, and that the suite may change. */
export interface GivenAddress {
  readonly kind: 'address';
  readonly access: Access;
}

/** What a controller of our own is started from. */
export interface GivenWar {
  readonly kind: 'war';
  readonly war: string;
  /** A folder with its plugins, `*.jpi` or `*.hpi`. */
  readonly plugins: string;
  readonly java: string;
}

export type Given = GivenAddress | GivenWar;

/**
 * Which controller to drive, by the variables of test/jenkins/README.md.
 * @returns a sentence where none is given: why nothing is driven
 */
export function given(env: Readonly<Record<string, string | undefined>>): Given | string {
  const { JENKINS_WAR: war, JENKINS_PLUGINS: plugins, JENKINS_JAVA: java = 'java' } = env;
  const { JENKINS_URL: url, JENKINS_USER: user, JENKINS_TOKEN: secret } = env;
  if (war)
    return plugins ? { kind: 'war', war, plugins, java } : 'JENKINS_WAR is set without JENKINS_PLUGINS';
  if (!url) return 'neither JENKINS_WAR nor JENKINS_URL is set';
  // Every build of Jenkins has this variable: alone it asks for nothing.
  if (!user || !secret) return 'JENKINS_URL is set without JENKINS_USER and JENKINS_TOKEN';
  return { kind: 'address', access: { url: url.endsWith('/') ? url : `${url}/`, user, secret } };
}
