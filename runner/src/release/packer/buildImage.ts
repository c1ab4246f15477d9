import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DockerEngine } from '../../adapters/docker/engine.js';
import {
  privateFolder,
  sweepPrivateFolders,
  type PrivateFolder,
} from '../../adapters/process/privateFolder.js';
import { StackError } from '../../base/errors.js';
import type { ProcessResult } from '../../base/ports.js';
import type { Context } from '../../context/context.js';
import type { Stage } from '../../events/stage.js';
import { localSettings } from '../../local/settings.js';
import { resolveSecrets, type ImageBuilder } from '../imageBuilder.js';
import {
  buildInvocation,
  initInvocation,
  packerEnvironment,
  type PackerCall,
  variablesFile,
} from '../rules/packerArguments.js';
import { afterLine, NOTHING_YET, packerLines, taskOf, type PackerProgress } from '../rules/packerOutput.js';
import type { PackerTreeImage } from '../treeImage.js';

import { removeAbandonedContainers, removeContainersOf } from './containers.js';
import { knowsPlugins, packerTools } from './tools.js';

/**
 * Builds an image by Packer. Its name in the engine is given by the runner, once all has ended well: a build that was cut
 * short leaves nothing that looks like one.
 * @throws StackError CONFIG_INVALID for variables that the template does not declare; BUILD_FAILED, CONTENT_CHANGED, TOOL_MISSING,
 *   DOCKER_UNREACHABLE
 */
export const buildByPacker: ImageBuilder<PackerTreeImage> = async (context, image, stage, { tag }) => {
  const { config, name, template, declared } = image;
  refuseUndeclared(image);
  const engine = await context.docker();
  await engine.ping();
  const tools = await packerTools(context, { ansible: declared.usesAnsible });
  if (declared.requiresPlugins && !knowsPlugins(tools.version)) throw noPlugins(image, tools.version);
  const subject = stage.subject(name);
  subject.progress('build', `building by Packer ${tools.version}, ${config.template}`);
  await sweepPrivateFolders(context.env);
  const left = await removeAbandonedContainers(engine);
  if (left > 0)
    subject.progress(
      'build',
      `removed ${left} ${left === 1 ? 'container' : 'containers'} that a killed build has left`,
    );
  const folders = [
    await privateFolder(context.env, 'memory'),
    await privateFolder(context.env, 'disk'),
  ] as const;
  const [secret, temporary] = folders;
  try {
    const values = await valuesOf(context, image, temporary);
    const { collections } = localSettings(context.env);
    const call: PackerCall = {
      template,
      directory: image.directory,
      varFile: await secret.file('variables.pkrvars.json', variablesFile(template, values)),
      only: config.only,
      env: packerEnvironment(context.env, {
        ...{ temporary: temporary.path, ansible: tools.ansible, roles: image.roles },
        collections: existsSync(collections) ? [collections] : [],
      }),
    };
    if (declared.requiresPlugins) await installPlugins(context, image, stage, call);
    const { result, progress } = await runPacker(context, image, stage, call);
    if (result.exitCode !== 0) throw buildFailed(image, progress, result.tail);
    return await takeImage(context, engine, image, progress, tag);
  } finally {
    // Packer removes its container itself, unless it was killed, or its plugins were told before it was.
    await removeContainersOf(engine, temporary.path).catch(() => 0);
    for (const folder of folders) await folder.remove();
  }
};

/** Values of the template's variables: its own, secrets, and those that the runner gives to templates that declare them. */
async function valuesOf(
  context: Context,
  { name, config, variables, playbook, inputs, declared }: PackerTreeImage,
  temporary: PrivateFolder,
): Promise<Readonly<Record<string, unknown>>> {
  const secrets = await resolveSecrets(context, config.secrets);
  // A name of this build alone: a run beside this one may make and forget the same image.
  const unique = temporary.path.slice(-6).toLowerCase();
  const given = {
    repository: config.repository,
    tag: `build-${inputs.replace('sha256:', '').slice(0, 16)}-${unique}`,
    ...(playbook === undefined ? {} : { playbook }),
    image: name,
  };
  const wanted = Object.entries(given).filter(([variable]) => declared.variables.includes(variable));
  return { ...Object.fromEntries(wanted), ...variables, ...secrets };
}

function refuseUndeclared({ name, config, declared }: PackerTreeImage): void {
  const given = [
    ...Object.keys(config.variables).map((variable) => ['variables', variable] as const),
    ...Object.keys(config.secrets).map((variable) => ['secrets', variable] as const),
  ];
  const unknown = given.filter(([, variable]) => !declared.variables.includes(variable));
  const [[key, first] = []] = unknown;
  if (key === undefined || first === undefined) return;
  const all = unknown.map(([, variable]) => variable).join(', ');
  throw new StackError('CONFIG_INVALID', `image ${name}: ${config.template} declares no variable ${all}`, {
    where: `images.${name}.${key}.${first}`,
    evidence: [`it declares: ${declared.variables.join(', ') || 'none'}`],
    next: `Declare it in the template (variable "${first}" {}), or remove it from the configuration.`,
  });
}

async function installPlugins(
  context: Context,
  image: PackerTreeImage,
  stage: Stage,
  call: PackerCall,
): Promise<void> {
  stage.subject(image.name).progress('build', 'packer init: the plugins that the template requires');
  const { exitCode, tail } = await context.processes.run(initInvocation(call), {
    signal: context.signal,
    onLine: (line, stream) => stage.output(`build ${image.name}`, line, stream),
  });
  if (exitCode === 0) return;
  throw new StackError('BUILD_FAILED', `image ${image.name}: packer init could not install its plugins`, {
    where: image.config.template,
    evidence: tail.slice(-20),
    next: 'Correct what the lines above say (GitHub limits calls without PACKER_GITHUB_API_TOKEN), then run it again.',
  });
}

async function runPacker(
  context: Context,
  image: PackerTreeImage,
  stage: Stage,
  call: PackerCall,
): Promise<{ readonly result: ProcessResult; readonly progress: PackerProgress }> {
  const subject = stage.subject(image.name);
  let progress = NOTHING_YET;
  const tail: string[] = [];
  // A secret of several lines comes with a name before each, which only is taken off here.
  const redactor = context.secrets.lines();
  const tell = (lines: readonly string[], stream: 'stdout' | 'stderr' = 'stdout') => {
    for (const line of lines) {
      stage.output(`build ${image.name}`, line, stream);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    }
  };
  const result = await context.processes.run(buildInvocation(call), {
    signal: context.signal,
    killSignal: 'SIGINT-GROUP',
    onLine: (raw, stream) => {
      for (const line of packerLines(raw, (text) => context.secrets.text(text))) {
        progress = afterLine(progress, line);
        if (line.type === 'step') subject.progress('build', line.text);
        if (line.type !== 'output') continue;
        const task = taskOf(line.text);
        if (task !== undefined) subject.progress('build', `task ${task}`);
        tell(redactor.push(line.text), stream === 'stderr' ? stream : line.stream);
      }
    },
  });
  tell(redactor.flush());
  return { result: { ...result, tail }, progress };
}

const TAIL_LINES = 40;
const EVIDENCE_LINES = 20;

/** An image's id or name; builders also name files, and a source that commits nothing a container. */
const IMAGE = /^(?:sha256:[0-9a-f]{64}|[a-z0-9][\w./:-]*)$/;

/** Gives the image its name in the engine, and takes those away that the template gave it. */
async function takeImage(
  context: Context,
  engine: DockerEngine,
  image: PackerTreeImage,
  { images, names }: PackerProgress,
  tag: string,
): Promise<string> {
  const [made, ...others] = Object.entries(images);
  const found = made !== undefined && IMAGE.test(made[1]) ? await engine.image(made[1]) : undefined;
  if (made === undefined || found === undefined)
    throw new StackError('BUILD_FAILED', `image ${image.name}: the template left no image in the engine`, {
      where: image.config.template,
      evidence: made === undefined ? ['Packer names no artifact'] : [`its artifact is ${made[1]}`],
      next: 'Set `commit = true` in its source "docker", and keep its artifact (`keep_input_artifact`).',
    });
  if (others.length > 0)
    throw new StackError(
      'BUILD_FAILED',
      `image ${image.name}: the template makes ${others.length + 1} images`,
      {
        where: image.config.template,
        evidence: Object.entries(images).map(([source, id]) => `${source}: ${id}`),
        next: `Choose one: \`only: [${made[0]}]\` under images.${image.name}.`,
      },
    );
  const forgetNames = async () => {
    for (const name of names) await engine.untag(name).catch(() => undefined);
  };
  await refuseChanged(context, image);
  await engine.tag(found.id, tag);
  await forgetNames();
  return found.id;
}

/** Packer reads files where they lie, while it builds: the image is of these inputs only if they are still the same. */
async function refuseChanged(context: Context, image: PackerTreeImage): Promise<void> {
  const { readAgain } = image;
  const now = await readAgain();
  if (now.inputs === image.inputs) return;
  throw new StackError('CONTENT_CHANGED', `image ${image.name}: files changed while Packer built it`, {
    where: image.config.template,
    evidence: [],
    next: 'Run it again when nothing writes to them.',
  });
}

function noPlugins({ name, config }: PackerTreeImage, version: string): StackError {
  return new StackError(
    'BUILD_FAILED',
    `image ${name}: the template requires plugins, which Packer ${version} does not know`,
    {
      where: config.template,
      evidence: [
        '`required_plugins` and `packer init` came with Packer 1.7; before, all plugins were part of it',
      ],
      next: 'Install a newer Packer (`node runner tools install packer`), or remove the block `required_plugins`.',
    },
  );
}

function buildFailed(image: PackerTreeImage, progress: PackerProgress, tail: readonly string[]): StackError {
  const { name, config, directory, template } = image;
  const { step, task, said, failures, place } = progress;
  const why = said ?? failures.at(-1) ?? tail.find((line) => /^Error:/.test(line.trim()))?.trim();
  const at = task === undefined ? step : `task ${task}`;
  const message = `image ${name}: Packer failed${at === undefined ? '' : ` at "${at}"`}${why === undefined ? '' : `: ${why}`}`;
  const shown = place === undefined ? config.template : `${config.template}: ${place}`;
  return new StackError('BUILD_FAILED', message, {
    where: step === undefined || task === undefined ? shown : `${shown}, ${step}`,
    evidence: tail.slice(-EVIDENCE_LINES),
    next:
      step === undefined
        ? `Correct the template; check it: cd ${directory} && packer validate ${basename(template)}`
        : `Correct what the lines above say, then: node runner build ${name}`,
  });
}
