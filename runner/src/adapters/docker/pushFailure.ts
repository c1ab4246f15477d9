import { StackError } from '../../base/errors.js';

interface Meaning {
  readonly says: RegExp;
  readonly code: 'REGISTRY_REFUSED' | 'TAG_IMMUTABLE';
  means(reference: string): string;
  next(reference: string): string;
}

const host = (reference: string) => reference.split('/')[0] ?? reference;
const repository = (reference: string) => reference.slice(host(reference).length + 1).replace(/:[^/]*$/, '');

/** What registries say when they refuse, in the order in which it is looked for. */
const MEANINGS: readonly Meaning[] = [
  {
    says: /immutable|tag .*already exists/i,
    code: 'TAG_IMMUTABLE',
    means: (reference) =>
      `the registry already holds ${reference} with other content, and its tags are immutable`,
    next: () => 'Make a new version (commit, or `node runner release`) and push that.',
  },
  {
    says: /no basic auth credentials|unauthorized|authentication required|denied|forbidden|HTTP status: 40[13]|token has expired/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) =>
      `${host(reference)} does not allow these credentials to push to ${repository(reference)}`,
    next: () =>
      'Check who you are (`aws sts get-caller-identity`) and that you may ecr:PutImage and ecr:UploadLayerPart.',
  },
  {
    says: /name unknown|repository .*(?:not found|does not exist)|RepositoryNotFound/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) => `${host(reference)} has no repository ${repository(reference)}`,
    next: () =>
      'Push again, which creates a missing repository. If that fails, check the region and account of the environment.',
  },
  {
    says: /quota|limit ?exceeded|toomanyrequests|too many requests/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) => `${host(reference)} has reached a quota`,
    next: () => 'Delete old images (a lifecycle policy does it for you), or ask AWS for a higher quota.',
  },
  {
    says: /no such host|connection refused|i\/o timeout|no route to host|network is unreachable|TLS handshake timeout/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) => `the Docker engine cannot reach ${host(reference)}`,
    next: () => 'Check the engine’s network, proxy and DNS, and AUTOMATION_STACK_REGISTRY where it is set.',
  },
  {
    says: /server gave HTTP response to HTTPS client/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) => `${host(reference)} speaks plain HTTP, which the Docker engine refuses`,
    next: (reference) =>
      `Add "${host(reference)}" to insecure-registries in /etc/docker/daemon.json and restart the engine.`,
  },
  {
    says: /An image does not exist locally|No such image/i,
    code: 'REGISTRY_REFUSED',
    means: (reference) => `the engine has no image called ${reference}`,
    next: () => 'Build it again: node runner build --force',
  },
];

/**
 * A refused push in words.
 * @param words what the engine or registry said
 */
export function pushFailure(words: string, reference: string, cause: unknown): StackError {
  const known = MEANINGS.find((meaning) => meaning.says.test(words));
  return new StackError(
    known?.code ?? 'REGISTRY_REFUSED',
    known?.means(reference) ?? `the registry refused ${reference}`,
    {
      where: reference,
      evidence: [words],
      next:
        known?.next(reference) ?? 'Try again. If it fails again, push by hand to see more: docker push IMAGE',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
