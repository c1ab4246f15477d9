import { expect } from 'chai';
import { cli } from '../../support/cli.js';
import { Repository } from '../../support/repository.js';

const CONFIG = (approval: string) => `application: shop
branches: { main: production }
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging, approval: ${approval} } }
jenkins: { approval: { submitters: [ops] } }
`;

describe('what is told of approvals on the command line', () => {
  let repository: Repository;
  const begin = (approval: string) => {
    repository = Repository.of({
      'automation-stack.yml': CONFIG(approval),
      '.gitignore': '.automation-stack/\n',
      Dockerfile: 'FROM scratch\n',
    });
  };
  const run = (...argv: readonly string[]) =>
    cli(argv, { cwd: repository.directory, env: { AUTOMATION_STACK_WHO: 'carol' } });
  const approval = async () => {
    const { stdout } = await run('stages', '--json', '--resume');
    const last = stdout.trim().split('\n').at(-1) as string;
    return (JSON.parse(last) as { jenkins: { approval: unknown } }).jenkins.approval;
  };
  afterEach(() => repository.remove());

  it('is how many must, and who may not, for whoever asks in our place', async () => {
    begin('{ not: [author, starter], count: 2 }');
    expect(await approval()).to.deep.equal({
      submitters: 'ops',
      timeoutMinutes: 1440,
      count: 2,
      not: ['carol', 'test', 'test@example.com'],
      who: ['Test <test@example.com> (author)', 'carol (starter)'],
      notes: [
        `nothing is known to be in production: only the author of ${repository.git('rev-parse', 'HEAD').slice(0, 10)} is checked`,
      ],
    });
  });

  it('is one, and nobody kept out, where the configuration says no more', async () => {
    begin('required');
    expect(await approval())
      .to.include({ count: 1 })
      .and.to.deep.include({ not: [], who: [], notes: [] });
  });

  it('is taken from everybody who is named, and refused of whoever may not', async () => {
    begin('{ not: [starter], count: 2 }');
    const by = (...names: readonly string[]) => names.flatMap((name) => ['--approved-by', name]);
    const own = await run('run', '--only', 'approve', '--approve', ...by('alice'));
    expect(own.exitCode).to.equal(1);
    expect(own.stderr).to.contain('APPROVAL_NOT_ALLOWED').and.to.contain('carol may not approve production');
    const one = await run('run', '--only', 'approve', ...by('alice'));
    expect(one.stderr).to.contain('APPROVAL_REQUIRED').and.to.contain('needs the approvals of 2 people');
    const two = await run('run', '--only', 'approve', ...by('alice', 'bob'));
    expect(two.exitCode, two.stderr).to.equal(0);
    expect(two.stderr + two.stdout).to.contain('approved by alice and bob');
  });
});
