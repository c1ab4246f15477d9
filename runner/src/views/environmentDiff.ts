import type { EnvironmentDiff, NamedDiff } from '../delivery/diff/diffEnvironment.js';
import { differenceWords, type Difference } from '../domain/difference.js';

/** What a deploy would change, a line each, by target. */
export function environmentDiffText(diff: EnvironmentDiff): string {
  const { environment, version, current, built, different, targets } = diff;
  const release = built ? version : `${version} (not built yet)`;
  const head = different
    ? `A deploy of ${release} to ${environment} (now ${current ?? 'nothing in this ledger'}) would change:`
    : `A deploy of ${release} to ${environment} would change nothing.`;
  return [head, ...targets.flatMap(targetLines)].join('\n');
}

function targetLines(target: NamedDiff): readonly string[] {
  const { name, kind, differences, fromTerraform = [], kept = [], unknown = [], beside = [] } = target;
  // A container that is called like its target is named once.
  const words = (one: Difference) => differenceWords(one.of === name ? withoutContainer(one) : one);
  const terraform = new Set(fromTerraform.map(words));
  const lines = [
    ...differences.map((one) => `${words(one)}${terraform.has(words(one)) ? ', from Terraform' : ''}`),
    ...kept.map(
      (one) => `not taken along from Terraform: ${words(one)}; what runs was changed otherwise, and is kept`,
    ),
    ...beside,
    ...unknown.map((one) => `unknown: ${one}`),
  ];
  return lines.length === 0 ? [] : [`  ${name} (${kind})`, ...lines.map((line) => `    ${line}`)];
}

function withoutContainer({ of: _, ...difference }: Difference): Difference {
  return difference;
}
