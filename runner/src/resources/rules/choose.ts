import { didYouMean } from '../../base/nearest.js';
import { StackError } from '../../base/errors.js';
import { ownerOf, tagsOf, type Tags } from '../../domain/deploymentTags.js';
import type { DeploymentName } from '../../domain/ownership.js';

/** Something with tags that people name. */
export interface Named {
  readonly name: string;
  /** What AWS calls it, where that is another word than its name. */
  readonly id?: string;
  readonly tags: Tags;
}

export interface Choice {
  /** Names and ids that were typed. */
  readonly words: readonly string[];
  readonly self: DeploymentName;
  /** What it is, for messages: `instance`. */
  readonly what: string;
  /** The command that lists them, without `node runner`. */
  readonly listed: string;
}

/** What of all is the deployment's own. */
export const ownOf = <T extends Named>(all: readonly T[], self: DeploymentName): readonly T[] =>
  all.filter(({ tags }) => ownerOf(tags, self).kind === 'own');

/**
 * What is meant by the words that were typed: each is a name or an id of one thing of this deployment.
 * @param all what there is, of other deployments too
 * @throws StackError RESOURCE_UNKNOWN where nothing is called so; RESOURCE_FOREIGN where it is another deployment's, or
 * nobody's; USAGE where several are
 */
export function chosen<T extends Named>(all: readonly T[], choice: Choice): readonly T[] {
  const found = choice.words.map((word) => one(all, word, choice));
  return [...new Set(found)];
}

function one<T extends Named>(all: readonly T[], word: string, choice: Choice): T {
  const { self, what, listed } = choice;
  const called = all.filter(({ id, name }) => id === word || name === word);
  const own = ownOf(called, self);
  const [first, ...others] = own;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new StackError('USAGE', `${own.length} ${what}s are called ${word}`, {
      evidence: own.map(({ id, name }) => `${id ?? name} ${name}`),
      next: `Name one by its id: ${first.id ?? first.name}`,
    });
  }
  const [foreign] = called;
  if (foreign !== undefined) throw foreignError(foreign, choice);
  const names = ownOf(all, self).flatMap(({ id, name }) => (id === undefined ? [name] : [name, id]));
  throw new StackError('RESOURCE_UNKNOWN', `there is no ${what} ${word}.${didYouMean(word, names)}`, {
    where: nameOf(self),
    next: `node runner ${listed} lists them.`,
  });
}

/** Why something is not touched that another deployment has, or that does not say whose it is. */
export function foreignError({ name, id, tags }: Named, { self, what, listed }: Choice): StackError {
  const called = id === undefined || id === name ? name : `${name} (${id})`;
  const owner = ownerOf(tags, self);
  const where = nameOf(self);
  if (owner.kind === 'other') {
    return new StackError(
      'RESOURCE_FOREIGN',
      `the ${what} ${called} is of ${owner.name}: it is not touched`,
      {
        where,
        next: `Use the configuration and the environment of ${owner.name}; node runner ${listed} lists those of ${where}.`,
      },
    );
  }
  const tagged = Object.entries(tagsOf(self)).map(([key, value]) => `${key}=${value}`);
  return new StackError(
    'RESOURCE_FOREIGN',
    `the tags of the ${what} ${called} do not say whose it is: it is not touched`,
    { where, next: `If it is of ${where}, give it the tags ${tagged.join(' and ')}.` },
  );
}

const nameOf = ({ application, environment }: DeploymentName) => `${application}/${environment}`;

/**
 * Whether something has these tags.
 * @param wanted `NAME=VALUE`, or `NAME` for any value
 */
export const hasTags = (tags: Tags, wanted: readonly string[]): boolean =>
  wanted.every((text) => {
    const at = text.indexOf('=');
    if (at === -1) return Object.hasOwn(tags, text);
    return tags[text.slice(0, at)] === text.slice(at + 1);
  });
