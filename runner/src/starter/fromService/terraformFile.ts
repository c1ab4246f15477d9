import { posix } from 'node:path';
import type { AwsClients } from '../../adapters/aws/clients.js';
import { filesIn, type Note, type ProjectFiles } from '../rules/project.js';
import { groupSettings, serviceSettings } from './readSettings.js';
import type { ReadService } from './readService.js';
import { terraformText } from './rules/terraformText.js';

/** A file of Terraform, not yet written. */
export interface TerraformFile {
  /** Relative to the project. */
  readonly path: string;
  readonly directory: string;
  readonly text: string;
  /** Whether the directory becomes a root by it. */
  readonly isRoot: boolean;
}

/** Where it goes if the project has no root of Terraform yet. */
const DIRECTORY = 'terraform';

/**
 * The service with its target groups, for Terraform: resources and `import` blocks.
 * @param roots of the project; the first one gets the file
 * @throws StackError AWS_* where a target group may not be read
 */
export async function terraformFile(
  aws: AwsClients,
  { service, living }: ReadService,
  target: string,
  project: { readonly files: ProjectFiles; readonly roots: readonly string[] },
  note: Note,
): Promise<TerraformFile> {
  const [directory = DIRECTORY] = project.roots;
  const isRoot = project.roots.length === 0;
  const name = `imported-${target}.tf`;
  const groups = await groupSettings(aws, service);
  const label = target.replaceAll('-', '_');
  const imported = { living, settings: serviceSettings(service), groups, label };
  const others = filesIn(project.files, directory).filter((path) => path.endsWith('.tf'));
  if (isRoot && others.length > 0)
    note(
      `${directory} has files without a provider: ${name} brings one, so look whether the others belong to it`,
    );
  if (living.scaling !== undefined)
    note('policies of autoscaling are not imported: they stay, and Terraform does not know them');
  return { path: posix.join(directory, name), directory, text: terraformText(imported, isRoot), isRoot };
}
