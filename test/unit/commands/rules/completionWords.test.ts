import { expect } from 'chai';
import { optionsOf } from '../../../../runner/src/commands/options.js';
import { allCommands } from '../../../../runner/src/commands/registry.js';
import { completions, type Facts } from '../../../../runner/src/commands/rules/completionWords.js';

const commands = (await allCommands())
  .filter(({ hidden }) => hidden !== true)
  .map((definition) => ({ ...definition, options: optionsOf(definition) }));

const FILES: Readonly<Record<string, Facts>> = {
  './automation-stack.yml': {
    environments: ['staging', 'production'],
    images: ['web', 'worker'],
    branches: ['develop', 'release/*'],
    scopes: ['application'],
  },
  '../shop/automation-stack.yml': { environments: ['test'] },
  './other.yml': { environments: ['blue'] },
};

async function complete(line: string): Promise<readonly string[]> {
  const facts = (directory: string, file: string) => Promise.resolve(FILES[`${directory}/${file}`] ?? {});
  return completions(commands, line.split(' '), facts);
}

describe('the completion of a command line', () => {
  const offered: Readonly<Record<string, readonly string[]>> = {
    dep: ['deploy'],
    'deploy --env ': ['staging', 'production'],
    'deploy --env s': ['staging'],
    'deploy --env=s': ['--env=staging'],
    // The configuration is found as the runner finds it, wherever the options stand.
    'deploy -C ../shop --env ': ['test'],
    '-C ../shop deploy --env ': ['test'],
    '--directory=../shop deploy --env ': ['test'],
    'deploy --env t --env  -C': [],
    'status --config other.yml --env ': ['blue'],
    '-C ../sh': [':directories'],
    'deploy --result ': [':files'],
    'plan --env staging,': ['staging,production'],
    'build w': ['web', 'worker'],
    'build web ': ['worker'],
    'lock re': ['release'],
    'lock release --env ': ['staging', 'production'],
    'run --only deploy:': ['deploy:staging', 'deploy:production'],
    'run --branch ': ['develop'],
    'notify --status f': ['failed'],
    'completion ': ['bash', 'zsh', 'fish'],
    'plan --scope ': ['application'],
    'nonsense ': [],
  };
  for (const [line, expected] of Object.entries(offered)) {
    it(`offers ${expected.join(', ') || 'nothing'} after "${line}"`, async () => {
      expect(await complete(line)).to.deep.equal(expected);
    });
  }

  it('offers every verb at the beginning', async () => {
    expect(await complete('')).to.include.members(['init', 'deploy', 'lock', 'completion']);
  });

  it('offers the options that are left', async () => {
    const left = await complete('deploy --env staging --');
    expect(left).to.include.members(['--release', '--json', '--dry-run']);
    expect(left).not.to.include('--env');
  });
});
