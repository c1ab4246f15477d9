import { createHash } from 'node:crypto';
import type { Rollout } from '../../../../context/target.js';
import { labelOf, labelTags, type InstanceLabel } from '../../../../domain/deliveryTags.js';
import type { TemplateVersion } from '../../../../domain/scalingGroup.js';
import type { WantedRelease } from '../wanted.js';
import { ownerOf } from '../view.js';
import type { AutoscaledDependencies } from './dependencies.js';

/** Name of the launch template that deploys of a target make versions of. */
export const templateName = (target: AutoscaledDependencies): string => {
  const { application, environment, target: name } = ownerOf(target);
  return `automation-stack/${application}/${environment}/${name}`;
};

/** The version that a release was brought with before; undefined where it never was, with these settings. */
export async function knownTemplate(
  target: AutoscaledDependencies,
  wanted: WantedRelease,
  isBack: boolean,
  signal: AbortSignal,
): Promise<TemplateVersion | undefined> {
  const isWanted = (label: InstanceLabel | undefined) =>
    // A way back brings the release with the settings of its day.
    isBack
      ? label?.version === wanted.version && label.digest === wanted.digest
      : label?.definition === wanted.definition;
  const versions = await target.templates.versions(templateName(target), signal);
  const found = versions.find((one) => isWanted(labelOf(one)));
  return found && { id: found.id, version: found.version };
}

/** Makes a version for a release. Its instances have their tags from it, before they cost anything. */
export async function makeTemplateFor(
  target: AutoscaledDependencies,
  { template, version, digest, definition, userData }: WantedRelease,
  run: string,
  rollout: Rollout,
): Promise<TemplateVersion> {
  const name = templateName(target);
  await rollout.journal('template', { name, run });
  const tags = labelTags({ ...ownerOf(target), version, digest, definition, run, slot: 0 });
  const token = createHash('sha256')
    .update(JSON.stringify([run, definition]))
    .digest('hex');
  return target.templates.make({ name, from: template, tags, userData, token }, rollout.signal);
}
