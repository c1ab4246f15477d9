import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

interface Sum {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
}
interface Suite {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}
type RunLanes = (
  lanes: readonly (readonly Suite[])[],
  options: { scratch: string; say: (text: string) => void },
) => Promise<Sum>;

const script = new URL('../../../scripts/sideBySide.mjs', import.meta.url).href;

describe('suites side by side', () => {
  let scratch: string;
  let said: string[];
  let runLanes: RunLanes;

  before(async () => ({ runLanes } = (await import(script)) as { runLanes: RunLanes }));
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'automation-stack-lanes-'));
    said = [];
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  const suite = (name: string, code: string): Suite => ({
    name,
    file: process.execPath,
    args: ['-e', code],
  });
  const sum = (counts: Partial<Sum>) =>
    `fs.writeFileSync(process.env.TEST_SUM, '${JSON.stringify({ passed: 0, failures: [], skipped: [], ...counts })}');`;
  const run = (...lanes: Suite[][]) => runLanes(lanes, { scratch, say: (text) => void said.push(text) });
  /** Waits in a suite for a file that another makes, and not for ever. */
  const until = (file: string) =>
    `let left = 1500; const wait = () =>
      fs.existsSync('${join(scratch, file)}') ? done() : left-- > 0 && setTimeout(wait, 5);`;
  const make = (file: string) => `fs.writeFileSync('${join(scratch, file)}', '');`;

  it('run at the same time in two lanes, and one after another in one', async () => {
    const meets = `${make('a')} ${until('b')} const done = () => { ${sum({ passed: 1 })} ${make('met')} }; wait();`;
    const met = `${make('b')} ${until('met')} const done = () => { ${sum({ passed: 2 })} }; wait();`;
    const after = `if (fs.existsSync('${join(scratch, 'met')}')) { ${sum({ passed: 4 })} }`;
    expect(await run([suite('first', meets), suite('second', after)], [suite('beside', met)])).to.deep.equal({
      passed: 7,
      failures: [],
      skipped: [],
    });
  });

  it('are shown whole, each when it ends, with both streams in their order', async () => {
    const tells = (name: string) =>
      `console.log('${name} 1'); console.error('${name} 2'); console.log('${name} 3'); ${sum({})}`;
    await run([suite('a', tells('a')), suite('b', tells('b'))]);
    expect(said.slice(1)).to.deep.equal(['a 1\na 2\na 3', 'b 1\nb 2\nb 3']);
  });

  it('are summed up, with what was skipped', async () => {
    const counts = { passed: 3, failures: ['one: why', 'another: why'], skipped: ['one of them'] };
    expect(await run([suite('a', sum(counts))], [suite('b', sum({ passed: 1 }))])).to.deep.equal({
      passed: 4,
      failures: ['one: why', 'another: why'],
      skipped: ['one of them'],
    });
  });

  for (const [how, code, words] of [
    ['ends early', 'console.log("so far"); process.exit(0)', 'exit 0'],
    ['is killed', 'console.log("so far"); process.kill(process.pid, "SIGKILL")', 'SIGKILL'],
  ] as const)
    it(`count one that ${how} as failed, show what it said, and go on with the next`, async () => {
      const total = await run([suite('a', code), suite('b', sum({ passed: 1 }))]);
      expect(total).to.deep.equal({
        passed: 1,
        failures: [`The a suite ended early (${words}).`],
        skipped: [],
      });
      expect(said.slice(1, 3)).to.deep.equal(['so far', `The a suite ended early (${words}).`]);
    });

  it('count one that cannot be started as failed', async () => {
    const total = await run([{ name: 'a', file: join(scratch, 'nothing'), args: [] }]);
    expect(total.failures).to.have.length(1);
    expect(said.at(-1)).to.contain('ENOENT');
  });

  it('end with what they said so far when they are interrupted, and begin no more', async () => {
    const program = join(scratch, 'all.mjs');
    const lane = [
      suite('a', 'console.log("so far"); fs.writeFileSync("began", ""); setInterval(() => {}, 1000);'),
      suite('b', make('never')),
    ];
    writeFileSync(
      program,
      `import { runLanes } from ${JSON.stringify(fileURLToPath(script))};
       console.log(JSON.stringify(await runLanes([${JSON.stringify(lane)}], { scratch: ${JSON.stringify(scratch)} })));`,
    );
    const child = spawn(process.execPath, [program], { cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    while (!existsSync(join(scratch, 'began'))) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
    expect(output).to.contain('so far\nThe a suite ended early (SIGTERM).');
    expect(output).to.contain('["The a suite ended early (SIGTERM).","The b suite was not begun."]');
    expect(existsSync(join(scratch, 'never'))).to.equal(false);
  });
});
