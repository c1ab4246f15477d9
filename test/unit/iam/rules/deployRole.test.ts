import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { calls, type CallName, type CallRow } from '../../../../runner/src/iam/rules/calls.js';
import { callsOf as allCallsOf, type Verb } from '../../../../runner/src/iam/rules/verbs.js';
import { storePermissions, targetPermissions } from '../../../support/iam/targetPermissions.js';

const kinds = readFileSync(
  fileURLToPath(new URL('../../../../terraform/modules/iam-roles/kinds.tf', import.meta.url)),
  'utf8',
);

/** Parts of the module by name, each with the actions that it allows. */
const allowedBy = new Map(
  [...kinds.matchAll(/^ {6}([a-z_]+) = \[\n([^]*?)\n {6}\]/gm)].map(([, part, text]) => [
    part as string,
    [...(text as string).matchAll(/actions\s*=\s*\[([^\]]*)\]/g)].flatMap(([, list]) =>
      [...(list as string).matchAll(/"([^"]+)"/g)].map(([, action]) => action as string),
    ),
  ]),
);
const partsOf = (kind: string) =>
  [...(new RegExp(`^ {4}${kind} += \\[([^\\]]*)\\]`, 'm').exec(kinds)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(
    ([, part]) => part as string,
  );
const allowed = (kind: string) => new Set(partsOf(kind).flatMap((part) => allowedBy.get(part) ?? []));

/** What the runner, and what works for it, calls. */
const actionsOf = (names: readonly CallName[]) =>
  new Set(names.flatMap((name) => (calls[name] as CallRow).needs.flatMap(({ actions }) => actions)));
/**
 * Without what makes a release, or copies one, which is the kind `build`, and without the ways to hosts that a
 * configuration has to ask for: a session is a shell on any instance, and so is Run Command, which no role is given unasked. Nor is a distribution of CloudFront, which a hook names.
 */
const NOT_OURS: ReadonlySet<string> = new Set([
  'assume-role',
  'references',
  'push',
  'scan',
  'sign',
  'build-cache',
  'push-artifacts',
  'find-artifacts',
  'bring-images',
  'host-keys',
  'host-sessions',
  'host-commands',
  'invalidate',
]);
const callsOf = (verb: Verb) =>
  allCallsOf(verb, {
    has: (part) => !NOT_OURS.has(part),
    targets: targetPermissions,
    stores: storePermissions,
  }) as readonly CallName[];

describe('the role that delivers, as the module makes it', () => {
  it('is read from the module', () => {
    expect(allowed('deploy').size).to.be.greaterThan(20);
    for (const part of partsOf('deploy')) expect(allowedBy.has(part), part).to.equal(true);
  });

  it('may do nothing that the runner never calls', () => {
    const called = actionsOf(Object.keys(calls) as CallName[]);
    expect([...allowed('deploy')].filter((action) => !called.has(action)).sort()).to.deep.equal([]);
  });

  for (const verb of ['deploy', 'promote', 'rollback', 'migrate', 'status'] as const) {
    it(`may do all that ${verb} calls`, () => {
      const may = allowed('deploy');
      // Tables of locks are for roots of old, which the modules do not make.
      const needed = [...actionsOf(callsOf(verb))].filter((action) => !action.startsWith('dynamodb:'));
      expect(needed.filter((action) => !may.has(action)).sort()).to.deep.equal([]);
    });
  }
});
