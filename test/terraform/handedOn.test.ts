import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBlocks } from '../../scripts/terraformReader.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocksIn = (directory: string) =>
  readdirSync(join(root, directory))
    .filter((file) => file.endsWith('.tf'))
    .flatMap((file) => readBlocks(readFileSync(join(root, directory, file), 'utf8'), `${directory}/${file}`));
const takes = (module: string, variable: string) =>
  blocksIn(`terraform/modules/${module}`).some(
    ({ type, labels }) => type === 'variable' && labels[0] === variable,
  );

/** Roots on AWS: those that have a backend. */
const roots = readdirSync(join(root, 'examples')).filter((name) => {
  try {
    return /backend "s3"/.test(readFileSync(join(root, 'examples', name, 'terraform/versions.tf'), 'utf8'));
  } catch {
    return false;
  }
});

describe('what an account asks of every role', () => {
  for (const name of roots)
    it(`is said once in ${name}, and handed on to each module that makes one`, () => {
      const calls = blocksIn(`examples/${name}/terraform`).filter(({ type }) => type === 'module');
      const wanting = calls
        .map(({ labels, ...call }) => ({
          ...call,
          name: labels[0] ?? '',
          module: basename((call.arguments.get('source') ?? '').replaceAll('"', '')),
        }))
        .flatMap((call) =>
          ['path', 'permissions_boundary']
            .filter((variable) => takes(call.module, variable))
            .filter((variable) => call.arguments.get(variable) !== `var.roles.${variable}`)
            .map((variable) => `module.${call.name} (${call.module}): ${variable}`),
        );
      expect(calls).not.to.be.empty;
      expect(wanting).to.deep.equal([]);
    });
});
