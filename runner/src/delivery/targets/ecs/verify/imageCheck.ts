import type { TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { Manifest } from '../../../../adapters/aws/ecr.js';
import type { Finding } from '../../../../domain/finding.js';

/** What is known of the image that a deploy would bring. */
export interface WantedImage {
  readonly reference: string;
  readonly version: string;
  /** Platform that the configuration builds it for, e.g. `linux/arm64`. */
  readonly platform: string | undefined;
  /** As the registry has it; undefined where it has none. */
  readonly manifest: Pick<Manifest, 'text'> | undefined;
}

/** The image is in the registry, for the architecture that the tasks run on. */
export function imageFinding(image: WantedImage, definition: TaskDefinition): Finding {
  const { reference, version, manifest } = image;
  if (manifest === undefined) {
    return {
      status: 'failed',
      found: `${reference} is not in the registry (any more)`,
      next: `Push it again: node runner push --force, or deploy another release than ${version}.`,
    };
  }
  const wanted = architectureOf(definition);
  const offered = architecturesOf(manifest, image.platform);
  if (wanted === undefined) {
    return {
      status: 'unverified',
      found: `${version} is there; which architecture its machines have is not told by the task definition`,
      next: 'Set runtimePlatform.cpuArchitecture of the task definition.',
    };
  }
  if (offered === undefined) {
    return {
      status: 'unverified',
      found: `${version} is there, but neither its manifest nor \`platform\` of the image says for which architecture`,
      next: `Set \`platform: linux/${wanted}\` of the image in automation-stack.yml.`,
    };
  }
  if (offered.includes(wanted)) return { status: 'ok', found: `${version} is there, for ${wanted}` };
  return {
    status: 'failed',
    found: `${version} is for ${offered.join(', ')}, but the tasks run on ${wanted}`,
    next: `Set \`platform: linux/${wanted}\` of the image, or runtimePlatform.cpuArchitecture of the task definition.`,
  };
}

/** As images call it: `amd64`, which Fargate has where nothing is said, or `arm64`. */
function architectureOf({
  runtimePlatform,
  requiresCompatibilities = [],
}: TaskDefinition): string | undefined {
  const said = runtimePlatform?.cpuArchitecture;
  if (said === undefined && !requiresCompatibilities.includes('FARGATE')) return undefined;
  return said === 'ARM64' ? 'arm64' : 'amd64';
}

interface Index {
  readonly manifests?: readonly { readonly platform?: { readonly architecture?: string } }[];
}

function architecturesOf(
  { text }: Pick<Manifest, 'text'>,
  platform: string | undefined,
): readonly string[] | undefined {
  const { manifests } = JSON.parse(text) as Index;
  const named = (manifests ?? []).flatMap((one) => one.platform?.architecture ?? []);
  const found = [...new Set(named)].filter((one) => one !== 'unknown');
  if (found.length > 0) return found;
  const [, architecture] = platform?.split('/') ?? [];
  return architecture === undefined ? undefined : [architecture];
}
