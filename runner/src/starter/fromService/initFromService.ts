import { dirname, resolve } from 'node:path';
import type { Context, NamedEnvironment } from '../../context/context.js';
import { StackError } from '../../base/errors.js';
import type { EnvironmentConfig } from '../../config/schema.js';
import {
  lookAtProject,
  requireDirectory,
  requireNone,
  schemaPath,
  writeFirst,
  type Written,
} from '../init.js';
import type { BranchFacts } from '../rules/branchLines.js';
import { adopt, type Adoption } from './adopt.js';
import { readService } from './readService.js';
import { terraformFile, type TerraformFile } from './terraformFile.js';
import { serviceConfig } from './rules/configText.js';
import { adoptionNotes } from './rules/adoptionNotes.js';
import { serviceFacts, type ServiceFacts } from './rules/serviceFacts.js';
import { requireEnvironmentName, servicePlace } from './rules/serviceName.js';

export interface FromService extends Written {
  readonly configuration: string;
  readonly facts: ServiceFacts;
  /** What was guessed, or stays where it is, each with why. */
  readonly notes: readonly string[];
  readonly git: BranchFacts;
  readonly terraform: TerraformFile | undefined;
  /** Absent in a dry run. */
  readonly adopted?: Adoption;
}

export interface FromServiceRequest {
  /** `CLUSTER/SERVICE`, or the ARN of a service. */
  readonly service: string;
  /** AWS_REGION where left out. */
  readonly region: string | undefined;
  /** Whether a file of Terraform with `import` blocks is written too. */
  readonly imports: boolean;
}

/**
 * Makes a first configuration of a service that runs, and records what runs as its first release. AWS is only read, and nothing is
 * overwritten.
 * @throws StackError USAGE, CONFIG_INVALID where there is no such service, or none that a target can be; FILE_EXISTS, FILE_FAILED; AWS_*
 */
export async function initialiseFromService(
  context: Context,
  { service, region, imports }: FromServiceRequest,
): Promise<FromService> {
  const { directory, configFile, dryRun, environment = 'staging' } = context.options;
  const place = servicePlace(service);
  requireEnvironmentName(environment);
  await requireDirectory(directory);
  if (!dryRun) await requireNone(directory, configFile);
  const notes: string[] = [];
  const note = (text: string) => void (notes.includes(text) || notes.push(text));
  const { signal, env } = context;
  const aws = await context.aws(placeholder(environment, regionOf(region ?? place.region, env)));
  const [read, project] = await Promise.all([
    readService({ aws, env, environment, signal, note }, place),
    lookAtProject(context, note),
  ]);
  const own = serviceFacts({ project, environment, ...read }, note);
  const { files, place: placed } = project;
  const terraform = imports
    ? await terraformFile(aws, read, own.target, { files, roots: own.roots }, note)
    : undefined;
  const facts = {
    ...own,
    schema: schemaPath(dirname(resolve(directory, configFile))),
    ...(terraform?.isRoot === true ? { importsInto: placed(terraform.directory) } : {}),
  };
  const configuration = serviceConfig(facts);
  const found = { configuration, facts, notes, git: project.branches, terraform };
  if (dryRun) return { ...found, written: [], kept: [] };
  const isClean = await hasOnlyCommitted(context, terraform?.path);
  const more = terraform === undefined ? [] : [{ file: terraform.path, text: terraform.text }];
  const written = await writeFirst(directory, configFile, configuration, more);
  context.git.lookAgain();
  const adopted = await adopt(context, read, facts, isClean);
  adoptionNotes(facts, read.running, adopted, isClean).forEach(note);
  return { ...found, ...written, adopted };
}

/** Whether the tree is what its commit says, but for what is written here. */
async function hasOnlyCommitted({ git, options }: Context, terraform: string | undefined): Promise<boolean> {
  const own = [options.configFile, 'Jenkinsfile', '.gitignore', terraform];
  // Without a commit nothing is recorded, for which that is told.
  const changes = await git.changes().catch(() => []);
  return changes.every((path) => own.includes(path));
}

/** What AWS is asked by before there is a configuration. */
const placeholder = (name: string, region: string): NamedEnvironment => ({
  name,
  config: { aws: { region } } as EnvironmentConfig,
});

function regionOf(asked: string | undefined, env: Context['env']): string {
  const region = asked || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (region) return region;
  throw new StackError('USAGE', 'no AWS region is set', {
    next: 'Name the region of the service: --region REGION, or export AWS_REGION.',
  });
}
