import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { imageNames } from '../../runner/src/local/localImages.js';
import { emulatorUrl } from '../../runner/src/local/settings.js';
import type { StackEvent } from '../../runner/src/events/events.js';
import { deployment, type Deployment } from './deployment.js';
import { testLocalContext } from './localContext.js';

const run = promisify(execFile);

/** A deployment with images in a git repository of its own, on the real engine and the emulator's registry. */
export interface ImageFixture extends Deployment {
  /** Unique: names of images and repositories begin with it. */
  readonly application: string;
  readonly base: string;
  /** `HOST:PORT` of the emulator's registry. */
  readonly registry: string;
  git(...args: string[]): Promise<string>;
  docker(...args: string[]): Promise<string>;
  /** What a command prints in the image that was built last. */
  inside(image: string, ...command: string[]): Promise<string>;
  again(env?: Readonly<Record<string, string>>): Promise<ImageFixture>;
  /** Also the engine's images. */
  clean(): Promise<void>;
}

/** Configuration of one image `web` with extra lines, on environments staging and production. */
export function configuration(application: string, image = '', more = ''): string {
  return `application: ${application}
images:
  web:
    context: app
    repository: ${application}/web
${image.replace(/^/gm, '    ')}
${more.replace(/^/gm, '  ')}
environments:
  staging: { aws: { region: eu-west-1 } }
  production: { aws: { region: eu-west-1 }, promotion: { from: staging } }
`;
}

export interface ImageFixtureOptions {
  /** By path; `BASE` in a Dockerfile stands for the base image. */
  readonly files: Readonly<Record<string, string>>;
  /** Extra lines of image `web`, and of the images beside it. */
  readonly image?: string;
  readonly more?: (application: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** A whole configuration, in place of that of one image of a Dockerfile. */
  readonly config?: (application: string) => string;
}

/** Writes the files, commits them on branch develop and opens a context. */
export async function imageFixture(options: ImageFixtureOptions): Promise<ImageFixture> {
  const localContext = testLocalContext();
  const base = (await imageNames(localContext))?.busybox;
  if (base === undefined) throw new Error('no local images: run `node runner local up` first');
  const endpoint = process.env['AWS_ENDPOINT_URL'] ?? emulatorUrl(localContext.settings);
  const registry = new URL(endpoint).host;
  const application = `test-${randomBytes(4).toString('hex')}`;
  const files = Object.fromEntries(
    Object.entries(options.files).map(([path, text]) => [path, text.replaceAll('FROM BASE', `FROM ${base}`)]),
  );
  const config =
    options.config?.(application) ?? configuration(application, options.image, options.more?.(application));
  const made = await deployment(
    { ...files, 'automation-stack.yml': config },
    {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret-key',
      AUTOMATION_STACK_REGISTRY: registry,
      BRANCH_NAME: undefined,
      GIT_BRANCH: undefined,
      ...options.env,
    },
  );
  const fixture = wrap(made, { application, base, registry });
  await fixture.git('init', '--quiet', '--initial-branch', 'develop');
  await fixture.git('config', 'user.name', 'Test');
  await fixture.git('config', 'user.email', 'test@example.com');
  await commit(fixture, 'feat: begin');
  return fixture;
}

/** Commits everything. */
export async function commit(fixture: ImageFixture, message: string): Promise<string> {
  await fixture.git('add', '--all');
  await fixture.git('commit', '--quiet', '--allow-empty', '--message', message);
  return fixture.git('rev-parse', 'HEAD');
}

function wrap(
  made: Deployment,
  names: Pick<ImageFixture, 'application' | 'base' | 'registry'>,
): ImageFixture {
  const docker = async (...args: string[]) => (await run('docker', args)).stdout.trim();
  /** The engine lists images by seconds: two builds within one of them have no order there. */
  const latest = async (image: string): Promise<string> => {
    const filter = `reference=${names.application}/${image}`;
    const ids = (await docker('images', '--quiet', '--filter', filter)).split('\n');
    const tagged = await docker('inspect', '--format', '{{json .Metadata.LastTagTime}} {{.Id}}', ...ids);
    const times = tagged.split('\n').map((line) => {
      const [, second = '', fraction = '', id = ''] = /^"([^".Z]+)\.?(\d*)Z" (\S+)$/.exec(line) ?? [];
      return { at: `${second}.${fraction.padEnd(9, '0')}`, id };
    });
    return times.reduce((newest, each) => (each.at > newest.at ? each : newest)).id;
  };
  return {
    ...made,
    ...names,
    git: async (...args) => (await run('git', args, { cwd: made.directory })).stdout.trim(),
    docker,
    inside: async (image, ...command) =>
      docker('run', '--rm', '--network', 'none', await latest(image), ...command),
    again: async (env) => wrap(await made.again(env), names),
    clean: async () => {
      made.remove();
      const listed = await docker(
        'images',
        '--format',
        '{{.Repository}}:{{.Tag}}',
        '--filter',
        `reference=${names.application}*/*`,
      );
      const found = listed.split('\n').filter((line) => line !== '' && !line.endsWith('<none>'));
      if (found.length > 0) await docker('rmi', '--force', ...found).catch(() => undefined);
    },
  };
}

/** Messages of the progress events, in order. */
export function progress(events: readonly StackEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'stage.progress' ? [event.message] : []));
}

/** Lines that steps and tests printed. */
export function output(events: readonly StackEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'stage.output' ? [event.line] : []));
}
