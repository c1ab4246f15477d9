// Runs the Groovy suite (test/groovy) and sums it up.
//   node scripts/groovy.mjs [--target DIR] [SPEC …]     SPEC: a class name or a pattern, as surefire's -Dtest takes them
// The runner is packed first, since the library delivers it. Nothing is compiled where no source changed, and Maven stays offline
// where it has all it needs: that is most of the time it takes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { emptySum, failedSum, sumLine } from './testSum.mjs';

const project = fileURLToPath(new URL('../test/groovy/', import.meta.url));

/** Runs a program; resolves with its exit code and everything it printed. */
function run(file, args) {
  return new Promise((resolve) => {
    const env = { MAVEN_OPTS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1', ...process.env };
    const child = spawn(file, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) =>
      resolve({ code: 127, output: `${file} could not be started: ${error.message}` }),
    );
    child.on('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

const maven = (args) => run('mvn', ['-B', '-q', ...args]);

/** Offline first: asking the network what has changed costs seconds and tells nothing, since every version is pinned. */
async function mavenOfflineFirst(args) {
  const offline = await maven(['-o', ...args]);
  const missing =
    /offline mode|not been downloaded|Could not (?:resolve|transfer|find)|was not found in/.test(
      offline.output,
    );
  return offline.code !== 0 && missing ? maven(args) : offline;
}

/** What the compiled classes were made of: any change of a name, a size or a time means to compile again. */
async function fingerprint() {
  const hash = createHash('sha256').update(await readFile(join(project, 'pom.xml')));
  const walk = async (directory) => {
    for (const entry of (await readdir(directory, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await walk(path);
      else {
        const { size, mtimeMs } = await stat(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  await walk(join(project, 'src'));
  return hash.digest('hex');
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const plain = (text) =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name ? (entities[name] ?? whole) : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16)),
  );
const attribute = (text, name) => plain(text.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '');

/** Reads surefire's reports: what passed, what failed and why, what was skipped and why. */
async function readReports(directory) {
  const result = emptySum();
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith('TEST-') && entry.endsWith('.xml')).sort()) {
    const text = await readFile(join(directory, name), 'utf8');
    for (const [, head, body = ''] of text.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
      const title = `${attribute(head, 'classname')}: ${attribute(head, 'name')}`;
      const problem = body.match(/<(?:failure|error)\b[^>]*>([\s\S]*?)<\/(?:failure|error)>/);
      const skip = body.match(/<skipped\b([^>]*)/);
      if (problem) {
        const text = plain(problem[1].replace(/<!\[CDATA\[|\]\]>/g, '')).trim();
        result.failures.push(`${title}\n${text}`);
      } else if (skip) result.skipped.push(`${title}: ${attribute(skip[1], 'message') || 'no reason given'}`);
      else result.passed += 1;
    }
  }
  return result;
}

/**
 * Runs the suite, or the specs given, and prints a summary.
 * @param specs names or patterns of spec classes; none means all
 * @param target where the build is kept; people who share a work tree use one each
 * @returns {Promise<import('./testSum.mjs').Sum>} a build that breaks counts as one failure
 */
export async function runGroovy(specs = [], target = join(project, 'target')) {
  const packed = await run(process.execPath, [fileURLToPath(new URL('pack.mjs', import.meta.url))]);
  if (packed.code !== 0) {
    console.log(packed.output.trim());
    return failedSum(`The runner could not be packed: ${packed.output.trim()}`);
  }
  const reports = join(target, 'surefire-reports');
  const stamp = join(target, 'compiled.sha256');
  await rm(reports, { recursive: true, force: true });
  const wanted = await fingerprint();
  const compiled = (await readFile(stamp, 'utf8').catch(() => '')) === wanted;
  if (!compiled) {
    // A class whose source is gone would still run.
    for (const stale of ['compiled.sha256', 'classes', 'test-classes']) {
      await rm(join(target, stale), { recursive: true, force: true });
    }
  }
  const args = [`-Dtarget=${target}`, ...(specs.length > 0 ? [`-Dtest=${specs.join(',')}`] : [])];
  const { code, output } = await mavenOfflineFirst([...args, ...(compiled ? ['surefire:test'] : ['test'])]);
  const result = await readReports(reports);
  const ran = result.passed + result.failures.length + result.skipped.length > 0;
  if (!compiled && ran) {
    await mkdir(dirname(stamp), { recursive: true });
    await writeFile(stamp, wanted);
  }
  for (const failure of result.failures) console.log(`FAILED ${failure.replace(/\n/g, '\n    ')}\n`);
  // Specs that failed have been shown above; anything else that ends Maven badly must not pass for a success.
  if (code !== 0 && result.failures.length === 0) {
    console.log(output.trim());
    result.failures.push(`Maven ended with ${code}: ${output.trim()}`);
  } else if (code === 0 && !ran) {
    console.log('No spec ran.');
    result.failures.push('No spec ran.');
  }
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const words = process.argv.slice(2);
  const at = words.indexOf('--target');
  const [, target] = at < 0 ? [] : words.splice(at, 2);
  const sum = await runGroovy(words, target);
  for (const title of sum.skipped) console.log(`skipped: ${title}`);
  console.log(sumLine(sum));
  process.exitCode = sum.failures.length === 0 ? 0 : 1;
}
