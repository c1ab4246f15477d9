// Runs every suite, or those named one after another, and ends with the sum: `N passed, N failed, N skipped`.
//   node scripts/test.mjs [SUITE …]     suites: lint unit groovy terraform integration journeys instances ansible servers jenkins controller; check: the first four
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGroovy } from './groovy.mjs';
import { runLanes } from './sideBySide.mjs';
import { addSum, emptySum, failedSum, sumLine } from './testSum.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'automation-stack-test-'));

/** Runs a command with its output shown; resolves with the exit code and the lines that `pick` matched. */
function run(file, args, { env = {}, pick } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', pick ? 'pipe' : 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: 127, picked: [], error }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128, signal, picked: pick ? (output.match(pick) ?? []) : [] }),
    );
  });
}

function couldNotRun(why) {
  console.log(why);
  return failedSum(why);
}

async function mocha(name, patterns, env = {}) {
  const counts = join(scratch, `${name}.json`);
  const { code, signal } = await run(
    process.execPath,
    // A keep-alive socket left open must not hold up the suites that follow.
    ['node_modules/mocha/bin/mocha.js', '--exit', '--reporter', 'test/support/reporter.cjs', ...patterns],
    { env: { ...env, TEST_COUNTS: counts } },
  );
  try {
    return JSON.parse(await readFile(counts, 'utf8'));
  } catch {
    // It never came to its end: a crash or a syntax error must count as a failure, whatever passed before.
    return couldNotRun(`The ${name} suite ended early (${signal ?? `exit ${code}`}).`);
  }
}

/** @param env which local environment it is, where it is not the first */
async function inLocalEnvironment(suite, env = {}) {
  const { code } = await run(process.execPath, ['runner', 'local', 'up'], { env });
  if (code === 0) return suite();
  return couldNotRun('The local environment did not come up: no test of this suite could run.');
}

/** Demos and instances take all hosts and names of a local environment, so that each has one of its own beside the other tests. */
async function inOwnEnvironment(folder, instance) {
  const env = {
    AUTOMATION_STACK_LOCAL_INSTANCE: String(instance),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${4566 + 100 * instance}`,
  };
  const counts = await inLocalEnvironment(
    () => mocha(folder, [`test/integration/${folder}/**/*.test.ts`], env),
    env,
  );
  await run(process.execPath, ['runner', 'local', 'down'], { env });
  return counts;
}

const suites = {
  async lint() {
    const { picked, code } = await run(process.execPath, ['scripts/lint.mjs'], { pick: /^(ok|FAILED) .*/gm });
    const failures = picked.filter((line) => line.startsWith('FAILED')).map((line) => `lint ${line}`);
    const passed = picked.length - failures.length;
    if (code !== 0 && failures.length === 0) failures.push(`lint ended early (exit ${code}).`);
    return { passed, failures, skipped: [] };
  },
  unit: () => mocha('unit', ['test/unit/**/*.test.ts']),
  groovy: () => runGroovy(),
  terraform: () => mocha('terraform', ['test/terraform/**/*.test.ts']),
  integration: () =>
    inLocalEnvironment(() =>
      mocha('integration', [
        'test/integration/**/*.test.ts',
        ...['journeys', 'instances'].flatMap((folder) => ['--ignore', `test/integration/${folder}/**`]),
      ]),
    ),
  // Whoever asks for the integration suite gets these three as well: whole journeys, EC2 instances, and Ansible's roles.
  journeys: () => inOwnEnvironment('journeys', 8),
  instances: () => inOwnEnvironment('instances', 7),
  ansible: () => inLocalEnvironment(() => mocha('ansible', ['test/ansible/*.test.ts'])),
  // Whole servers, role by role with their faults: too long to run with all others.
  servers: () => inLocalEnvironment(() => mocha('servers', ['test/ansible/servers/*.test.ts'])),
  // The examples' own Jenkinsfiles, from the first build to a rollback.
  jenkins: () => inLocalEnvironment(() => runGroovy(['*Journey'])),
  // A real controller, where one is given (test/jenkins/README.md); where none is, what drives it is tried all the same.
  controller: () => {
    const suite = () => mocha('controller', ['test/jenkins/**/*.test.ts']);
    const { JENKINS_WAR: war, JENKINS_TOKEN: token } = process.env;
    return war || token ? inLocalEnvironment(suite) : suite();
  },
};

/**
 * How all suites run: the long ones mostly wait for hosts, containers and health gates, and beside them there is time for the
 * others. Hosts, names and repositories of the suites are apart.
 */
const lanes = [
  ['integration', 'instances', 'ansible'],
  ['lint', 'unit', 'groovy', 'terraform', 'jenkins', 'controller', 'journeys'],
];
/** `check`: what needs no containers, for before a commit. */
const quickLanes = [['lint'], ['unit', 'groovy', 'terraform']];
const computes = ['lint', 'unit', 'groovy', 'terraform'];

/** What is not run with all suites, and why. */
const left = 'servers: hardening, LAMP and a build server take 20 minutes by themselves: npm test -- servers';

async function runBeside(chosenLanes) {
  const script = fileURLToPath(import.meta.url);
  const suite = (name) => ({
    name,
    file: process.execPath,
    args: [script, name],
    gives: computes.includes(name),
  });
  return runLanes(
    chosenLanes.map((lane) => lane.map(suite)),
    { scratch },
  );
}

async function runAll() {
  const total = await runBeside(lanes);
  total.skipped.push(left);
  return total;
}

async function runChosen(chosen) {
  const total = emptySum();
  for (const [name, suite] of Object.entries(suites)) {
    if (!chosen.includes(name)) continue;
    const startedAt = Date.now();
    console.log(`\n=== ${name} ===`);
    const counts = await suite();
    addSum(total, counts);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`=== ${name}: ${sumLine(counts)}, ${seconds} s ===`);
  }
  return total;
}

const named = process.argv.slice(2);
const isCheck = named.length === 1 && named[0] === 'check';
const unknown = named.filter((name) => !(name in suites) && !isCheck);
if (unknown.length > 0) {
  console.error(`No suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}, and check.`);
  process.exit(2);
}
/** Where a suite that runs beside others leaves its sum; it is that suite alone then, and others tell the sum of all. */
const { TEST_SUM: sumFile } = process.env;
delete process.env.TEST_SUM;
const chosen =
  sumFile === undefined && named.includes('integration')
    ? [...named, 'journeys', 'instances', 'ansible']
    : named;
const total =
  chosen.length === 0 ? await runAll() : isCheck ? await runBeside(quickLanes) : await runChosen(chosen);
await rm(scratch, { recursive: true, force: true });
if (sumFile !== undefined) await writeFile(sumFile, JSON.stringify(total));
else {
  for (const title of total.skipped) console.log(`skipped: ${title}`);
  // Once more at the end, in few words: what comes before is long, and a log that was cut keeps its last lines.
  for (const failure of total.failures) console.log(`failed: ${failure.replace(/\s+/g, ' ').slice(0, 500)}`);
  console.log(sumLine(total));
}
process.exitCode = total.failures.length === 0 ? 0 : 1;
