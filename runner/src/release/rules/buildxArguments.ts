import type { Invocation } from '../../base/ports.js';

/** What is done with what was built. */
export type BuildxOutput =
  /** Nothing: its steps are in the builder's cache. */
  | { readonly to: 'cache' }
  /** The engine gets it under this name. */
  | { readonly to: 'engine'; readonly tag: string }
  /** A registry gets it by its digest, with its attestations: `HOST/REPOSITORY`. */
  | { readonly to: 'registry'; readonly repository: string };

export interface BuildxRequest {
  /** The current one where left out. */
  readonly builder: string | undefined;
  /** Folder with the context as it was hashed. */
  readonly context: string;
  /** File outside of the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  /** The builder's own where there are none. */
  readonly platforms: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** By id. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Ids of SSH mounts, and the agent behind them. */
  readonly ssh: { readonly ids: readonly string[]; readonly socket: string | undefined };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly sbom: boolean | string;
  readonly provenance: 'off' | 'min' | 'max';
  readonly cache: {
    readonly from: readonly string[];
    readonly inline: boolean;
    /** Written only with what is pushed. */
    readonly to?: string | undefined;
  };
  readonly noCache: boolean;
  readonly output: BuildxOutput;
  /** File that takes the digest. */
  readonly metadata: string;
  /** How the client finds its builders and logins. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How buildx is called. The values of build arguments and secrets are in the environment of the child, by their names.
 * @see https://docs.docker.com/reference/cli/docker/buildx/build/
 */
export function buildxBuild(request: BuildxRequest): Invocation {
  const { builder, context, dockerfile, target, platforms, buildArgs, secrets, ssh, labels, noCache } =
    request;
  const names = sortedKeys(secrets);
  const args = [
    ...['buildx', 'build', '--progress', 'rawjson', '--metadata-file', request.metadata],
    ...(builder === undefined ? [] : ['--builder', builder]),
    ...['--file', dockerfile],
    ...(target === undefined ? [] : ['--target', target]),
    ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
    ...sortedKeys(buildArgs).flatMap((name) => ['--build-arg', name]),
    ...names.flatMap((id, index) => ['--secret', `id=${id},env=${secretVariable(index)}`]),
    ...ssh.ids.flatMap((id) => ['--ssh', `${id}=${ssh.socket ?? ''}`]),
    ...sortedKeys(labels).flatMap((name) => ['--label', `${name}=${labels[name] ?? ''}`]),
    ...(noCache ? ['--no-cache'] : []),
    ...cacheArguments(request),
    ...outputArguments(request),
    context,
  ];
  const values = Object.fromEntries(names.map((id, index) => [secretVariable(index), secrets[id] ?? '']));
  return { file: 'docker', args, env: { ...UNTOUCHED, ...buildArgs, ...values, ...request.env } };
}

/**
 * What the machine says must not decide an image: its platform and its time are inputs only where the configuration says so.
 * Metadata would repeat the provenance; a private folder is no checkout.
 */
const UNTOUCHED = {
  SOURCE_DATE_EPOCH: undefined,
  DOCKER_DEFAULT_PLATFORM: undefined,
  BUILDX_METADATA_PROVENANCE: 'disabled',
  BUILDX_GIT_INFO: 'false',
};

const secretVariable = (index: number): string => `AUTOMATION_STACK_BUILD_SECRET_${index}`;

/** In an order that no configuration changes. */
const sortedKeys = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(values).sort();

function cacheArguments({ cache: { from, inline, to }, output }: BuildxRequest): readonly string[] {
  const taken = from.flatMap((reference) => ['--cache-from', `type=registry,ref=${reference}`]);
  if (output.to !== 'registry') return taken;
  if (inline) return [...taken, '--cache-to', 'type=inline'];
  // ECR takes a cache only as an image: https://docs.docker.com/build/cache/backends/registry/
  const options = 'mode=max,image-manifest=true,oci-mediatypes=true';
  return to === undefined ? taken : [...taken, '--cache-to', `type=registry,ref=${to},${options}`];
}

function outputArguments(request: BuildxRequest): readonly string[] {
  const { output, sbom, provenance, annotations, platforms } = request;
  // Where nothing is said, buildx would attest what was not asked for.
  const unattested = ['--provenance', 'false', '--sbom', 'false'];
  if (output.to === 'cache') return [...unattested, '--output', 'type=cacheonly'];
  if (output.to === 'engine') return [...unattested, '--output', `type=docker,name=${output.tag}`];
  const isIndex = platforms.length > 1 || sbom !== false || provenance !== 'off';
  return [
    ...(provenance === 'off' ? ['--provenance', 'false'] : ['--provenance', `mode=${provenance}`]),
    ...(typeof sbom === 'string' ? ['--sbom', `generator=${sbom}`] : ['--sbom', String(sbom)]),
    ...sortedKeys(annotations).flatMap((name) => [
      '--annotation',
      `${isIndex ? 'index,manifest' : 'manifest'}:${name}=${annotations[name] ?? ''}`,
    ]),
    // Tags are put afterwards, as on any image: what is cut off is no release.
    ...['--output', `type=image,name=${output.repository},push=true,push-by-digest=true,oci-mediatypes=true`],
  ];
}

/** How a builder is asked what it is; it is not started. */
export const buildxInspect = (
  builder: string | undefined,
  env: Readonly<Record<string, string>>,
): Invocation => ({
  file: 'docker',
  args: ['buildx', 'inspect', ...(builder === undefined ? [] : [builder])],
  env,
});

/** A builder, as `docker buildx inspect` tells it. */
export interface FoundBuilder {
  readonly name: string;
  readonly driver: string;
  /** Why it does not work. */
  readonly error?: string;
}

/** @returns undefined where it tells of none */
export function readBuilder(lines: string): FoundBuilder | undefined {
  const word = (name: string) => new RegExp(`^${name}:\\s+(\\S.*)$`, 'm').exec(lines)?.[1]?.trim();
  const [name, driver, error] = [word('Name'), word('Driver'), word('Error')];
  if (name === undefined || driver === undefined) return undefined;
  return { name, driver, ...(error === undefined ? {} : { error }) };
}

/**
 * Variables by which Docker's client, buildx or the system itself is steered. A build argument goes to the client by its name,
 * so it cannot have one of these. Those of proxies mean the same to both.
 */
const STEERING =
  /^(?:PATH|HOME|USER|TMPDIR|SHELL|GODEBUG|SSH_AUTH_SOCK|SSL_CERT_(?:FILE|DIR)|LD_\w+|XDG_\w+|SUDO_\w+|OTEL_\w+|DOCKER_\w+|BUILDX_\w+|EXPERIMENTAL_BUILDKIT_\w+|BUILDKIT_(?:HOST|PROGRESS|COLORS|TTY_LOG_LINES|NO_CLIENT_TOKEN)|AUTOMATION_STACK_\w+|AWS_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CONFIG_FILE|SHARED_CREDENTIALS_FILE))$/;

/** The build arguments that cannot reach buildx by their names. */
export const steeringArguments = (buildArgs: Readonly<Record<string, string>>): readonly string[] =>
  sortedKeys(buildArgs).filter((name) => STEERING.test(name));

/** The part of Docker's `config.json` that a build needs. */
export interface ClientConfig {
  readonly auths?: Readonly<Record<string, unknown>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly currentContext?: string;
  readonly cliPluginsExtraDirs?: readonly string[];
}

/**
 * Docker's `config.json` for one build: the user's logins and context, with the logins of this build in front of them.
 * @param user what `docker login` and `docker context use` left
 * @param plugins folder of the user's plugins
 * @param logins by the host of a registry
 */
export function clientConfig(
  user: ClientConfig,
  plugins: string,
  logins: Readonly<Record<string, { readonly username: string; readonly password: string }>>,
): string {
  const hosts = Object.entries(logins);
  const ours = hosts.map(([host, { username, password }]) => {
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    return [host, { auth }] as const;
  });
  const { credsStore, credHelpers, currentContext, cliPluginsExtraDirs = [] } = user;
  const hasHelpers = credsStore !== undefined || credHelpers !== undefined;
  return JSON.stringify({
    auths: { ...user.auths, ...Object.fromEntries(ours) },
    ...(credsStore === undefined ? {} : { credsStore }),
    // Without a name: no helper is asked for these hosts, whatever else holds for all.
    ...(hasHelpers
      ? { credHelpers: { ...credHelpers, ...Object.fromEntries(hosts.map(([host]) => [host, ''])) } }
      : {}),
    ...(currentContext === undefined ? {} : { currentContext }),
    cliPluginsExtraDirs: [...cliPluginsExtraDirs, plugins],
  });
}
