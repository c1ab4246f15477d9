import { basename } from 'node:path';
import { closest, didYouMean } from '../../base/nearest.js';
import { StackError } from '../../base/errors.js';
import type { LayerConfig } from '../../config/schema.js';
import type { Host } from '../../domain/host.js';

/** One playbook of an environment's provisioning. */
export interface Layer {
  /** What it is called by: the name of its file without its ending. */
  readonly name: string;
  readonly playbook: string;
  /** Group of hosts that it is for; those that its plays name where left out. */
  readonly group?: string;
}

/** Which layers were asked for. */
export interface LayerChoice {
  readonly only?: readonly string[];
  /** The first one; those behind it follow. */
  readonly from?: string;
}

/** Whether a part of the layers was asked for. */
export const isChosen = ({ only = [], from }: LayerChoice): boolean => only.length > 0 || from !== undefined;

const CLOSEST = 5;

/** The layers that a configuration lists, in order. */
export function layersOf(playbooks: readonly LayerConfig[] = []): readonly Layer[] {
  return playbooks.map((item) => {
    const { playbook, group } = typeof item === 'string' ? { playbook: item, group: undefined } : item;
    const name = basename(playbook).replace(/\.ya?ml$/, '');
    return { name, playbook, ...(group === undefined ? {} : { group }) };
  });
}

/**
 * The layers that were asked for, in the order of the configuration.
 * @throws StackError USAGE for a name that none of them has
 */
export function chosenLayers(layers: readonly Layer[], { only = [], from }: LayerChoice): readonly Layer[] {
  const isNamed = (layer: Layer, word: string) => layer.name === word || layer.playbook === word;
  const refuseUnknown = (word: string, where: string) => {
    if (!layers.some((layer) => isNamed(layer, word))) throw noLayer(word, where, layers);
  };
  only.forEach((word) => refuseUnknown(word, '--only'));
  if (from !== undefined) refuseUnknown(from, '--from');
  const first = from === undefined ? 0 : layers.findIndex((layer) => isNamed(layer, from));
  return layers
    .slice(first)
    .filter((layer) => only.length === 0 || only.some((word) => isNamed(layer, word)));
}

/** The hosts that a layer is for, of those that were asked for. */
export function hostsOfLayer({ group }: Layer, hosts: readonly Host[]): readonly Host[] {
  if (group === undefined || group === 'all') return hosts;
  return hosts.filter((host) => host.groups.includes(group));
}

/**
 * Refuses groups that no host of the environment is in: the layer would never be anywhere, without a word.
 * @throws StackError CONFIG_INVALID
 */
export function refuseUnknownGroups(layers: readonly Layer[], all: readonly Host[], where: string): void {
  const groups = new Set(['all', ...all.flatMap((host) => host.groups)]);
  const wrong = layers.find(({ group }) => group !== undefined && !groups.has(group));
  if (wrong?.group === undefined) return;
  throw new StackError(
    'CONFIG_INVALID',
    `${wrong.playbook} is for the group "${wrong.group}", but no host is in it.${didYouMean(wrong.group, groups)}`,
    { where, next: `The closest groups are: ${closest(wrong.group, groups, CLOSEST).join(', ')}.` },
  );
}

/** A layer as it is told: `jenkins.yml (build)`. */
export const layerTitle = ({ playbook, group }: Layer): string =>
  group === undefined ? playbook : `${playbook} (${group})`;

function noLayer(word: string, where: string, layers: readonly Layer[]): StackError {
  const names = layers.map(({ name }) => name);
  return new StackError('USAGE', `there is no layer "${word}".${didYouMean(word, names)}`, {
    where,
    next: `The layers are, in order: ${names.join(', ')}.`,
  });
}
