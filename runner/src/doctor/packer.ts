import { basename, dirname, resolve } from 'node:path';
import type { Config } from '../config/schema.js';
import type { PackerImageConfig } from '../config/packerSchema.js';
import type { ContextWith } from '../context/context.js';
import type { Check, Finding } from '../domain/finding.js';
import { knowsPlugins, packerVersion } from '../release/packer/tools.js';
import { isDirectory, templateTexts } from '../release/packer/template.js';
import { templateFailure } from '../release/rules/packerOutput.js';
import { templateFacts } from '../release/rules/packerTemplate.js';

/** Reading a template takes a second; more means that it hangs. */
const LIMIT_MS = 15_000;

type Asking = ContextWith<'env' | 'processes' | 'signal'>;

/** The templates, where an image is built by it. */
export function packerChecks(context: Asking, config: Config | undefined): readonly Check[] {
  const images = Object.entries(config?.images ?? {}).flatMap(([name, image]) =>
    image.kind === 'packer' ? [[name, image] as const] : [],
  );
  if (config === undefined || images.length === 0) return [];
  return images.map(([name, image]) => ({
    id: `packer:${name}`,
    title: `Template of ${name}`,
    required: true,
    run: () => template(context, config.directory, image),
  }));
}

/** Syntax alone: values of variables may be secrets, and plugins may not be installed yet. */
async function template(context: Asking, directory: string, image: PackerImageConfig): Promise<Finding> {
  if (image.template.includes('${'))
    return { status: 'skipped', found: 'its path is known when it is built' };
  const file = resolve(directory, image.template);
  const version = await packerVersion(context);
  const { requiresPlugins } = templateFacts(templateTexts(file));
  if (requiresPlugins && !knowsPlugins(version))
    return {
      status: 'failed',
      found: `it requires plugins, which Packer ${version} does not know`,
      next: 'Install a newer Packer (node runner tools install packer), or remove the block `required_plugins`.',
    };
  const cwd = isDirectory(file) ? file : dirname(file);
  const check = ['validate', '-machine-readable', '-syntax-only', isDirectory(file) ? '.' : basename(file)];
  const lines: string[] = [];
  const { exitCode } = await context.processes.run(
    { file: 'packer', args: check, cwd, env: { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1' } },
    { signal: context.signal, timeoutMs: LIMIT_MS, onLine: (line) => lines.push(line) },
  );
  const plugins = requiresPlugins ? ', with plugins that `packer init` installs' : '';
  if (exitCode === 0) return { status: 'ok', found: `${image.template}${plugins}` };
  return {
    status: 'failed',
    found: templateFailure(lines) ?? `packer validate ended with exit code ${exitCode}`,
    next: `Correct it, then: cd ${cwd} && packer validate -syntax-only ${check.at(-1)}`,
  };
}
