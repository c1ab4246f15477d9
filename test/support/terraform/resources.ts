import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBlocks, type HclBlock } from '../../../scripts/terraformReader.js';
import { source } from './workbench.js';

/** A resource of a module, as it is written. */
export interface ModuleResource {
  /** Name of the module. */
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly block: HclBlock;
}

/** Every resource of every module, in the order of their files. */
export function moduleResources(): ModuleResource[] {
  return readdirSync(join(source, 'modules')).flatMap((module) =>
    readdirSync(join(source, 'modules', module))
      .filter((file) => file.endsWith('.tf'))
      .flatMap((file) => readBlocks(readFileSync(join(source, 'modules', module, file), 'utf8'), file))
      .filter(({ type }) => type === 'resource')
      .map((block) => ({ module, type: block.labels[0] ?? '', name: block.labels[1] ?? '', block })),
  );
}

/** An argument of a resource's `lifecycle` block, as it is written; undefined where there is none. */
export const lifecycleOf = ({ block }: ModuleResource, argument: string) =>
  block.blocks.find(({ type }) => type === 'lifecycle')?.arguments.get(argument);

/** What a finding calls the resource. */
export const addressOf = ({ module, type, name }: ModuleResource) => `${module}: ${type}.${name}`;
