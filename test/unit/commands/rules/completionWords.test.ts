import { expect } from 'chai';
import { optionsOf } from '../../../../runner/src/commands/options.js';
import { allCommands } from '../../../../runner/src/commands/registry.js';
import {
  completions,
  FILES as FILES_MARK,
  type Facts,
} from '../../../../runner/src/commands/rules/completionWords.js';

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

describe('the completion of any program', () => {
  const common = [
    { name: 'directory', short: 'C', value: 'DIR' },
    { name: 'verbose' },
    { name: 'error', value: 'FILE' },
  ];
  const program = [
    {
      name: 'build',
      options: [
        ...common,
        { name: 'tag', value: 'NAME', repeatable: true },
        { name: 'level', value: 'L', choices: ['low', 'high'] },
      ],
      arguments: [{ name: 'image', variadic: true }],
    },
    {
      name: 'one',
      options: [...common, { name: 'only', value: 'STAGE' }, { name: 'to', value: 'DIR' }],
      arguments: [{ name: 'image' }],
    },
    {
      name: 'lock take',
      options: [...common, { name: 'env', value: 'NAME' }],
      environment: 'required' as const,
    },
    {
      name: 'lock give',
      options: [...common, { name: 'wait', value: 'TIME' }],
      environment: 'several' as const,
    },
    {
      name: 'plan',
      options: [...common, { name: 'env', value: 'NAMES' }, { name: 'scope', value: 'NAME' }],
      environment: 'several' as const,
    },
  ];
  const facts: Facts = {
    environments: ['staging', 'production', 'test'],
    images: ['web', 'api'],
    branches: ['main', 'x?', 'x[y]', 'x*'],
    scopes: ['app', 'app', 'db'],
  };
  const offer = (line: string, known: Facts = facts) =>
    completions(program, line.split(' '), () => Promise.resolve(known));

  it('has the members of a group after its name alone', async () => {
    expect(await offer('')).to.deep.equal(['build', 'one', 'lock', 'plan']);
    expect(await offer('lock ')).to.deep.equal(['take', 'give']);
    expect(await offer('lock g')).to.deep.equal(['give']);
    expect(await offer('lock take --'))
      .to.include('--env')
      .and.not.include('--wait');
    expect(await offer('lock give --'))
      .to.include('--wait')
      .and.not.include('--env');
    expect(await offer('nonsense ')).to.deep.equal([]);
    expect(await offer('plan ')).to.deep.equal([]);
  });

  it('has the options of every command before a verb', async () => {
    expect(await offer('--')).to.deep.equal(['--directory', '--verbose', '--error']);
    expect(await completions([], ['--'], () => Promise.resolve({}))).to.deep.equal([]);
  });

  it('offers a switch once, and what may be repeated again', async () => {
    const left = await offer('build --verbose --tag a --level=low --unknown --');
    expect(left).to.deep.equal(['--directory', '--error', '--tag']);
    expect(await offer('build -C x --v')).to.deep.equal(['--verbose']);
  });

  it('has values by the choices of an option, or by what it takes', async () => {
    expect(await offer('build --level h')).to.deep.equal(['high']);
    expect(await offer('build --level=')).to.deep.equal(['--level=low', '--level=high']);
    expect(await offer('build --error ')).to.deep.equal([FILES_MARK]);
    expect(await offer('one --to=')).to.deep.equal([':directories']);
    expect(await offer('build --directory ')).to.deep.equal([':directories']);
    expect(await offer('build --tag ')).to.deep.equal([]);
    expect(await offer('build --unknown=x')).to.deep.equal([]);
    expect(await offer('build a-')).to.deep.equal([]);
  });

  it('has several environments where a command takes several', async () => {
    expect(await offer('plan --env staging,')).to.deep.equal(['staging,production', 'staging,test']);
    expect(await offer('plan --env staging,test,p')).to.deep.equal(['staging,test,production']);
    expect(await offer('lock take --env staging,')).to.deep.equal([]);
    expect(await offer('plan --env ', {})).to.deep.equal([]);
  });

  it('has an image for each place of an argument, and none that is named already', async () => {
    expect(await offer('build web ')).to.deep.equal(['api']);
    expect(await offer('build web api ')).to.deep.equal([]);
    expect(await offer('one web ')).to.deep.equal([]);
    expect(await offer('build ', {})).to.deep.equal([]);
  });

  it('has each scope once, and stages of what there is', async () => {
    expect(await offer('plan --scope ')).to.deep.equal(['app', 'db']);
    expect(await offer('plan --scope ', {})).to.deep.equal([]);
    expect(await offer('one --only build:')).to.deep.equal(['build:web', 'build:api']);
    expect(await offer('one --only ', {})).to.deep.equal(['push']);
  });

  it('reads the configuration where the words say it is', async () => {
    const asked: string[] = [];
    const ask = (line: string) =>
      completions(
        program,
        line.split(' '),
        (directory, file) => (asked.push(`${directory} ${file}`), Promise.resolve(facts)),
      );
    await ask('plan -C a -C=b --env ');
    await ask('plan --env ');
    expect(asked).to.deep.equal(['b automation-stack.yml', '. automation-stack.yml']);
  });
});
