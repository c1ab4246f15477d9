import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CommandEnd } from '../adapters/aws/runCommand.js';
import { asText } from '../config/referencesIn.js';
import type { Context } from '../context/context.js';
import type { Host } from '../domain/host.js';
import { uploadBundle } from './bundle.js';
import type { PlaybookRequest } from './playbookRequest.js';
import { StepReporter } from './playbookReporter.js';
import { parseAnsibleLine, type PlaybookOutcome } from './rules/ansibleEvents.js';
import { ansiblePlaybook, VAULT_PASSWORD, VAULT_SCRIPT } from './rules/ansibleArguments.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import { ansibleJson, valuesIn } from './rules/ansibleValues.js';
import { bundlePrefix } from './rules/bundleKeys.js';
import { pathsHere, placesOnHost, playbookOnHost, runFolder, secretFolder } from './rules/bundleLayout.js';
import { hostDocument } from './rules/hostDocument.js';
import {
  pulledEvents,
  pullProgram,
  pullScript,
  type Play,
  type PulledObject,
  type PullRequest,
} from './pullScript.js';
import { putValues, withoutBucket } from './runValues.js';
import { eventsToTheEnd } from './rules/commandEnds.js';

/** Runs for several hosts that are asked for within this time go out as one command, with one bundle. */
const GATHER_MS = 150;

/** What a run on hosts is made of, beside what was asked. */
export interface CommandPlay {
  readonly paths: AnsiblePaths;
  readonly playbook: string;
  readonly shared: Readonly<Record<string, unknown>>;
  readonly vault: string | undefined;
  /** Hosts to work on. */
  readonly hosts: readonly Host[];
  readonly outcome: PlaybookOutcome;
}

/**
 * Runs a playbook on hosts by Run Command: each gets the bundle from S3, checks it, and runs Ansible for itself alone. What
 * it did is told when it has ended there.
 * @throws StackError CONFIG_INVALID without a bucket; AWS_*, INTERRUPTED
 */
export async function playByCommand(
  context: Context,
  request: PlaybookRequest,
  play: CommandPlay,
): Promise<void> {
  const reporter = request.reporter ?? new StepReporter(context, request);
  request.stage.progress(`${request.playbook}: sent by Run Command to ${play.hosts.length} of its hosts`);
  const ends = await gathered(context, request, play);
  for (const host of play.hosts) {
    const end = ends.get(host.instanceId ?? '');
    const lines = end === undefined ? undefined : pulledEvents(end.stdout);
    const here = (line: string) => pathsHere(play.paths, line);
    const events = lines?.flatMap((line) => parseAnsibleLine(here(line)) ?? []) ?? [];
    for (const event of eventsToTheEnd(host, end, events)) {
      play.outcome.take(event);
      reporter.tell(event);
    }
    for (const line of end?.stderr.split('\n') ?? [])
      if (line !== '') reporter.output(host.name, line, 'stderr');
  }
}

interface Batch {
  /** Hosts to work on. */
  readonly hosts: Host[];
  /** All that the inventories of those who asked have. */
  readonly known: Map<string, Host>;
  readonly ends: Promise<ReadonlyMap<string, CommandEnd>>;
}

const batches = new WeakMap<Context, Map<string, Batch>>();

/** Hosts that are jobs of their own ask one by one; what they ask for is the same. */
async function gathered(
  context: Context,
  request: PlaybookRequest,
  play: CommandPlay,
): Promise<ReadonlyMap<string, CommandEnd>> {
  const open = batches.get(context) ?? new Map<string, Batch>();
  batches.set(context, open);
  const { environment, variables, secrets, tags, dryRun, diff, objects } = request;
  const parts = [environment.name, play.playbook, variables, secrets, tags, dryRun, diff, objects];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const found = open.get(key);
  if (found !== undefined && !request.signal.aborted) {
    found.hosts.push(...play.hosts);
    for (const host of request.inventory.hosts) found.known.set(host.name, host);
    return found.ends;
  }
  const hosts = [...play.hosts];
  const known = new Map(request.inventory.hosts.map((host) => [host.name, host]));
  const ends = context.clock.sleep(GATHER_MS, request.signal).then(() => {
    open.delete(key);
    const inventory = { ...request.inventory, hosts: [...known.values()] };
    return send(context, { ...request, inventory }, { ...play, hosts });
  });
  open.set(key, { hosts, known, ends });
  return ends.finally(() => open.delete(key));
}

async function send(
  context: Context,
  request: PlaybookRequest,
  play: CommandPlay,
): Promise<ReadonlyMap<string, CommandEnd>> {
  const { environment, signal } = request;
  const [inventory, aws, config] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    context.aws(environment),
    context.config(),
  ]);
  const by = inventory['run-command'];
  if (by === undefined) throw withoutBucket(environment.name);
  const prefix = bundlePrefix(config.application, by.prefix);
  const place = { project: config.directory, bucket: by.bucket, prefix };
  const bundle = await uploadBundle(context, aws, play.paths, place);
  const id = `${request.stage.id.replace(/[^\w.-]/g, '-')}-${randomBytes(4).toString('hex')}`;
  const text = JSON.stringify(playOf(request, play, bundle.sha256, id, aws.region));
  const values = await putValues(context, aws, place, id, text);
  const asked: PullRequest = {
    ...{ id, region: aws.region, bucket: by.bucket },
    bundle: { key: bundle.key, sha256: bundle.sha256 },
    values: { key: values.key, sha256: values.sha256 },
    objects: objectsOf(request, id),
  };
  const { runOnInstances } = await import('../adapters/aws/runCommand.js');
  try {
    const command = {
      instances: play.hosts.map(({ instanceId = '' }) => instanceId),
      script: pullScript(await pullProgram(play.paths), asked),
      limitMs: by.timeout,
      maxConcurrency: by['max-concurrency'],
      maxErrors: by['max-errors'],
      comment: `automation-stack: ${config.application} ${environment.name} ${request.playbook}`,
    };
    return await runOnInstances(aws, context.clock, command, signal);
  } finally {
    await values.remove().catch((error: unknown) => {
      const message = `${by.bucket}/${values.key} has secrets of this run and is still there: ${(error as Error).message}`;
      context.events.emit({ type: 'notice', level: 'warning', message });
    });
  }
}

/**
 * The call of Ansible as it is made on each host, with all that it reads there.
 * @param play `readsVault`: it gets the password of Ansible Vault, from here or by the host itself
 */
export function playOf(
  request: Pick<
    PlaybookRequest,
    'inventory' | 'variables' | 'tags' | 'dryRun' | 'diff' | 'secrets' | 'withoutFacts' | 'objects'
  >,
  {
    paths,
    playbook,
    shared,
    vault,
    readsVault = vault !== undefined,
  }: Pick<CommandPlay, 'paths' | 'playbook' | 'shared' | 'vault'> & { readonly readsVault?: boolean },
  sha256: string,
  id: string,
  region: string,
): Play {
  const { hosts, routeOf } = request.inventory;
  const document = hostDocument(hosts, routeOf);
  const files = Object.fromEntries(
    (request.objects ?? []).map(({ variable, file }) => [variable, join(secretFolder(id), file)]),
  );
  const variables = { ...request.variables, ...files, ...valuesIn(request.variables), ...valuesIn(document) };
  const inventory = join(secretFolder(id), 'inventory.json');
  const given = join(secretFolder(id), 'variables.json');
  // It holds no secret, and has to lie where programs can be started.
  const vaultScript = join(runFolder(id), 'vault-password');
  const { args, cwd, env, file } = ansiblePlaybook({
    places: placesOnHost(paths, sha256),
    executable: 'ansible-playbook',
    playbook: playbookOnHost(paths, playbook, sha256),
    inventory,
    limit: ['{name}'],
    variables: given,
    temporary: join(secretFolder(id), 'tmp'),
    forks: 1,
    ...(request.tags === undefined ? {} : { tags: request.tags }),
    ...(request.dryRun === undefined ? {} : { dryRun: request.dryRun }),
    ...(request.diff === undefined ? {} : { diff: request.diff }),
    ...(request.withoutFacts === undefined ? {} : { withoutFacts: request.withoutFacts }),
    ...(readsVault ? { vaultScript } : {}),
    secrets: {
      ...{ AWS_REGION: region, AWS_DEFAULT_REGION: region },
      ...Object.fromEntries(Object.entries(shared).map(([name, value]) => [name, asText(value)])),
      ...request.secrets,
      ...(vault === undefined ? {} : { [VAULT_PASSWORD]: vault }),
      AUTOMATION_STACK_RUN: id,
    },
  });
  return {
    argv: [file, ...args],
    cwd: cwd ?? '/',
    env: Object.fromEntries(
      Object.entries(env ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    files: [
      { path: given, text: ansibleJson(variables), mode: 0o600 },
      ...(readsVault ? [{ path: vaultScript, text: VAULT_SCRIPT, mode: 0o700 }] : []),
    ],
    hosts: Object.fromEntries(
      hosts.flatMap(({ name, instanceId }) => (instanceId === undefined ? [] : [[instanceId, name]])),
    ),
    inventory: { path: inventory, document: JSON.parse(ansibleJson(document)) as unknown },
  };
}

const objectsOf = ({ objects = [] }: PlaybookRequest, id: string): readonly PulledObject[] =>
  objects.map(({ variable: _, file, ...object }) => ({ ...object, file: join(secretFolder(id), file) }));
