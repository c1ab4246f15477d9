import { accountOfRole } from '../domain/awsRole.js';
import { didYouMean } from '../base/nearest.js';
import type { KindSchemas } from './kindSchemas.js';
import { DEFAULT_BRANCHES, type ParsedConfig } from './schema.js';
import { checkOutputs } from './outputChecks.js';
import type { Path, Words } from './path.js';
import { stageFaults } from './stagesSchema.js';
import { storeForms, storeOf } from './storeLocation.js';
import { circleOf, needsOfTargets } from './targetNeeds.js';

/** What no single value can tell: names that must exist elsewhere, settings that need each other. */
export function crossCheck(
  config: ParsedConfig,
  kinds: KindSchemas,
): readonly { path: Path; words: Words }[] {
  const issues: { path: Path; words: Words }[] = [];
  const environments = Object.keys(config.environments);
  const isForeign = (location: string) => storeOf(kinds.stores, location) === undefined;
  const forms = storeForms(kinds.stores, ' or ');
  const images = Object.keys(config.images);
  const artifacts = Object.keys(config.artifacts);
  const missing = (path: Path, what: string, name: string, known: readonly string[]) => {
    if (known.includes(name)) return;
    issues.push({
      path,
      words: `${what} "${name}" is not defined.${didYouMean(name, known) || ` Known: ${known.join(', ') || 'none'}.`}`,
    });
  };
  for (const name of artifacts.filter((one) => images.includes(one)))
    issues.push({
      path: ['artifacts', name],
      words: `artifacts: there is an image "${name}" too: give each a name of its own`,
    });
  for (const [name, image] of Object.entries(config.images)) {
    const here = ['images', name];
    if (image.kind !== 'packer' && image.platform !== undefined && image.platforms.length > 0)
      issues.push({
        path: [...here, 'platform'],
        words: `images.${name}: name platform or platforms, not both`,
      });
  }
  if (environments.length === 0)
    issues.push({ path: ['environments'], words: 'environments: name at least one' });
  for (const [branch, environment] of Object.entries(config.branches ?? {})) {
    missing(['branches', branch], 'environment', environment, environments);
  }
  const branchPatterns = Object.keys(config.branches ?? DEFAULT_BRANCHES);
  for (const pattern of branchPatterns) {
    if (/\s/.test(pattern))
      issues.push({ path: ['branches', pattern], words: `branches: "${pattern}" contains white space` });
  }
  for (const [name, location] of Object.entries(config.needs)) {
    if (name === config.application)
      issues.push({ path: ['needs', name], words: `needs: ${name} cannot need itself` });
    if (isForeign(location))
      issues.push({
        path: ['needs', name],
        words: `needs.${name}: must be ${forms}, not "${location}"`,
      });
  }
  for (const [name, environment] of Object.entries(config.environments)) {
    const here = ['environments', name];
    if (environment.promotion !== undefined) {
      const from = [...here, 'promotion', 'from'];
      missing(from, 'environment', environment.promotion.from, environments);
      if (environment.promotion.from === name)
        issues.push({ path: from, words: `${name} cannot be promoted from itself` });
    }
    const { account, role } = environment.aws;
    const ofRole = role === undefined ? undefined : accountOfRole(role);
    if (account !== undefined && ofRole !== undefined && ofRole !== account) {
      issues.push({
        path: [...here, 'aws', 'role'],
        words: `aws.role: is a role of account ${ofRole}, but aws.account is ${account}`,
      });
    }
    for (const key of ['external-id', 'session-duration'] as const) {
      if (environment.aws[key] !== undefined && role === undefined)
        issues.push({ path: [...here, 'aws', key], words: `aws.${key}: needs a role; set aws.role` });
    }
    const { ownership } = environment.infrastructure ?? {};
    if (ownership !== undefined && isForeign(ownership)) {
      issues.push({
        path: [...here, 'infrastructure', 'ownership'],
        words: `infrastructure.ownership: must be ${forms}, not "${ownership}"`,
      });
    }
    const { scope, scopes = {} } = environment.infrastructure ?? {};
    if (scope !== undefined)
      missing([...here, 'infrastructure', 'scope'], 'scope', scope, Object.keys(scopes));
    const needs = needsOfTargets(environment.targets);
    for (const [target, needed] of Object.entries(needs))
      for (const [index, need] of needed.entries())
        missing([...here, 'targets', target, 'needs', index], 'target', need, Object.keys(needs));
    const circle = circleOf(needs);
    if (circle !== undefined)
      issues.push({
        path: [...here, 'targets', circle[0] as string, 'needs'],
        words: `${name}: targets need each other in a circle: ${circle.join(' → ')}`,
      });
    for (const [targetName, target] of Object.entries(environment.targets)) {
      const { image: runs, artifact } = target;
      if (runs !== undefined) missing([...here, 'targets', targetName, 'image'], 'image', runs, images);
      if (artifact !== undefined)
        missing([...here, 'targets', targetName, 'artifact'], 'artifact', artifact, artifacts);
      for (const [check, { image }] of Object.entries(target.checks ?? {})) {
        if (image !== undefined)
          missing([...here, 'targets', targetName, 'checks', check, 'image'], 'image', image, images);
      }
    }
    const { inventory } = environment;
    const [, second] = (['output', 'tags', 'hosts', 'file'] as const).filter(
      (key) => inventory[key] !== undefined,
    );
    if (second !== undefined) {
      issues.push({
        path: [...here, 'inventory', second],
        words: `inventory: name one of output, tags, hosts and file`,
      });
    }
    if (inventory['groups-tag'] !== undefined && inventory.tags === undefined) {
      issues.push({
        path: [...here, 'inventory', 'groups-tag'],
        words: 'inventory: groups-tag is a tag of the instances that `tags` finds',
      });
    }
  }
  issues.push(
    ...checkOutputs(config.environments),
    ...stageFaults(config).map(({ path, message }) => ({ path, words: message })),
  );
  for (const channel of kinds.channels) {
    const { key } = channel;
    const settings = config.notifications[key];
    const message = settings === undefined ? undefined : channel.fault?.(settings);
    if (message !== undefined)
      issues.push({ path: ['notifications', key], words: `notifications.${key}: ${message}` });
  }
  return issues;
}
