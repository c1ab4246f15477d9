import { expect } from 'chai';
import { createGit } from '../../../../runner/src/adapters/git/git.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import type { Invocation, Processes } from '../../../../runner/src/base/ports.js';
import { gitWords } from '../../../../runner/src/adapters/git/gitArguments.js';

const OID = 'a'.repeat(40);
const status = (...lines: string[]) => lines.map((line) => `${line}\0`).join('');
const onBranch = (head: string) => status(`# branch.oid ${OID}`, `# branch.head ${head}`);

/** Answers git commands by their verb, and keeps what was asked. */
function fakeProcesses(answers: Record<string, { stdout?: string; exitCode?: number; tail?: string[] }>) {
  const asked: Invocation[] = [];
  const processes: Processes = {
    run: async (invocation) => {
      asked.push(invocation);
      const answer = answers[gitWords(invocation)[0] ?? ''] ?? {};
      return { exitCode: answer.exitCode ?? 0, stdout: answer.stdout ?? '', tail: answer.tail ?? [] };
    },
  };
  return { processes, asked };
}

async function failure(work: Promise<unknown>): Promise<StackError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StackError);
  return error as StackError;
}

describe('git', () => {
  it('tells commit, branch and a clean tree, and asks once', async () => {
    const { processes, asked } = fakeProcesses({ status: { stdout: onBranch('main') } });
    const git = createGit(processes, '/shop');
    expect(await git.workingTree()).to.deep.equal({ commit: OID, branch: 'main', dirty: false });
    await git.workingTree();
    await git.changes();
    expect(asked.map((each) => gitWords(each)[0])).to.deep.equal(['status', 'ls-files']);
    expect(asked[0]?.cwd).to.equal('/shop');
  });

  it('calls a tree with an untracked file dirty', async () => {
    const { processes } = fakeProcesses({
      status: { stdout: onBranch('main') },
      'ls-files': { stdout: `? app/new.py\0H 100644 ${OID} 0\tapp/old.py\0` },
    });
    const git = createGit(processes, '/shop');
    expect((await git.workingTree()).dirty).to.equal(true);
    expect(await git.changes()).to.deep.equal(['app/new.py']);
  });

  it('takes the branch of a detached HEAD from Jenkins', async () => {
    const { processes } = fakeProcesses({ status: { stdout: onBranch('(detached)') } });
    const branch = async (env: Record<string, string>) =>
      (await createGit(processes, '/shop', env).workingTree()).branch;
    expect(await branch({ BRANCH_NAME: 'develop', GIT_BRANCH: 'origin/other' })).to.equal('develop');
    expect(await branch({ GIT_BRANCH: 'origin/release/1.2' })).to.equal('release/1.2');
    expect(await branch({})).to.equal('HEAD');
  });

  it('reads what git says behind and before what a wrapper prints', async () => {
    const noise = 'git-wrapper: tracing on\n';
    const commit = `${OID}\nfeat: one\n\nbody\0${'b'.repeat(40)}\nfix: two\n`;
    const { processes } = fakeProcesses({
      status: { stdout: `${noise}${onBranch('main')}wrapper done\n` },
      'for-each-ref': { stdout: `${noise}v1.0.0 ${OID} ${'c'.repeat(40)}\r\nwrapper done\n` },
      log: { stdout: `${noise}${commit}` },
      'rev-parse': { stdout: `${noise}true\n` },
    });
    const git = createGit(processes, '/shop');
    expect(await git.workingTree()).to.deep.equal({ commit: OID, branch: 'main', dirty: false });
    expect(await git.tags()).to.deep.equal([{ name: 'v1.0.0', commit: 'c'.repeat(40) }]);
    expect(await git.commitsSince()).to.deep.equal([
      { hash: OID, message: 'feat: one\n\nbody' },
      { hash: 'b'.repeat(40), message: 'fix: two' },
    ]);
    expect(await git.isShallow()).to.equal(true);
  });

  it('fails with what was printed where git status says nothing that can be read', async () => {
    const { processes } = fakeProcesses({ status: { stdout: 'maintenance: come back later\n' } });
    const error = await failure(createGit(processes, '/shop').workingTree());
    expect(error.code).to.equal('TOOL_FAILED');
    expect(error.evidence).to.include('maintenance: come back later');
  });

  it('trusts a checked out branch more than the environment', async () => {
    const { processes } = fakeProcesses({ status: { stdout: onBranch('feature/x') } });
    const git = createGit(processes, '/shop', { BRANCH_NAME: 'main' });
    expect((await git.workingTree()).branch).to.equal('feature/x');
  });

  it('says what to type outside of a repository', async () => {
    const { processes } = fakeProcesses({
      status: {
        exitCode: 128,
        tail: ['fatal: not a git repository (or any of the parent directories): .git'],
      },
    });
    const error = await failure(createGit(processes, '/shop').workingTree());
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.message).to.contain('not inside a git repository');
    expect(error.next).to.contain('git init');
  });

  it('says what to type in a repository without a commit', async () => {
    const { processes } = fakeProcesses({
      status: { stdout: status('# branch.oid (initial)', '# branch.head main') },
    });
    const error = await failure(createGit(processes, '/shop').workingTree());
    expect(error.message).to.contain('no commit yet');
    expect(error.next).to.contain('git commit');
  });

  it('names safe.directory where the repository belongs to another user', async () => {
    const { processes } = fakeProcesses({
      status: { exitCode: 128, tail: ["fatal: detected dubious ownership in repository at '/shop'"] },
    });
    const error = await failure(createGit(processes, '/shop').workingTree());
    expect(error.next).to.equal('git config --global --add safe.directory /shop');
  });

  it('names the repository that git refuses, which may lie above', async () => {
    const said = "fatal: detected dubious ownership in repository at '/home/mono repo'";
    const { processes } = fakeProcesses({ status: { exitCode: 128, tail: [said] } });
    const error = await failure(createGit(processes, '/home/mono repo/deploy').workingTree());
    expect(error.next).to.equal("git config --global --add safe.directory '/home/mono repo'");
  });

  const MEANINGS: readonly (readonly [string, RegExp])[] = [
    [
      "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
      /credentials/,
    ],
    ['git@github.com: Permission denied (publickey).\nfatal: Could not read from remote', /credentials/],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", /cannot be reached/],
    [' ! [rejected] main -> main (fetch first)', /commits that this clone does not have/],
    [' ! [remote rejected] main -> main (pre-receive hook declined)', /rules or hooks/],
    ['error: gpg failed to sign the data\nfatal: failed to write commit object', /sign/],
    ["fatal: Unable to create '/shop/.git/index.lock': File exists.", /another git/],
    ['fatal: no email was given and auto-detection is disabled', /name and e-mail address for commits/],
    ['error: unable to write file: No space left on device', /disk is full/],
  ];
  for (const [said, means] of MEANINGS) {
    it(`puts into words: ${said.split('\n')[0]}`, async () => {
      const { processes } = fakeProcesses({ push: { exitCode: 1, tail: said.split('\n') } });
      const error = await failure(createGit(processes, '/shop').push(['HEAD']));
      expect(error.message).to.match(means);
      expect(error.next).not.to.equal(undefined);
    });
  }

  for (const name of ['index.lock', 'refs/tags/v1.2.0.lock', 'packed-refs.lock']) {
    it(`is LOCKED, and no fault of git, where another git holds ${name}`, async () => {
      const said = `fatal: Unable to create '/shop/.git/${name}': File exists.`;
      const { processes } = fakeProcesses({ push: { exitCode: 128, tail: [said] } });
      const error = await failure(createGit(processes, '/shop').push(['HEAD']));
      expect([error.code, error.exitCode]).to.deep.equal(['LOCKED', 4]);
      expect(error.next).to.contain(`rm /shop/.git/${name}`);
    });
  }

  it('names no file of the remote to remove where the lock is held there', async () => {
    const said = "remote: error: Unable to create '/srv/shop.git/refs/heads/main.lock': File exists.";
    const { processes } = fakeProcesses({
      push: { exitCode: 1, tail: [said, ' ! [remote rejected] main -> main (failed)'] },
    });
    const error = await failure(createGit(processes, '/shop').push(['HEAD']));
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.next).not.to.contain('rm ');
  });

  it('shows what to type without the settings it runs under', async () => {
    const { processes } = fakeProcesses({ push: { exitCode: 1, tail: ['something new'] } });
    const error = await failure(createGit(processes, '/shop').push(['HEAD']));
    expect(error.next).to.contain('git push --atomic -- origin HEAD');
  });

  it('gives annotated and plain tags the commit they stand on', async () => {
    const { processes } = fakeProcesses({
      'for-each-ref': { stdout: `v1.0.0 ${'b'.repeat(40)} ${OID}\nplain ${OID} \n` },
    });
    expect(await createGit(processes, '/shop').tags()).to.deep.equal([
      { name: 'v1.0.0', commit: OID },
      { name: 'plain', commit: OID },
    ]);
  });

  it('keeps whole commit messages', async () => {
    const { processes, asked } = fakeProcesses({
      log: { stdout: `${OID}\nfeat: one\n\nBREAKING CHANGE: two\n\0${'b'.repeat(40)}\nfix: three\n\0` },
    });
    expect(await createGit(processes, '/shop').commitsSince(OID)).to.deep.equal([
      { hash: OID, message: 'feat: one\n\nBREAKING CHANGE: two' },
      { hash: 'b'.repeat(40), message: 'fix: three' },
    ]);
    expect(asked[0]?.args).to.include(`${OID}..HEAD`);
  });

  it('hands messages over on standard input', async () => {
    const { processes, asked } = fakeProcesses({});
    await createGit(processes, '/shop').tag('v1.0.0', 'notes $(rm -rf /)');
    expect(asked[0]?.input).to.equal('notes $(rm -rf /)');
    expect(asked[0]?.args.join(' ')).not.to.contain('notes');
  });
});
