import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { S3Backend } from './rules/resourceNames.js';

/** Where a root keeps its state: S3, or a place that needs no permission of AWS (undefined: none is configured). */
export interface FoundBackend {
  readonly type: string | undefined;
  readonly s3?: S3Backend;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * Reads the backend of a root off its files: no Terraform and no credentials are needed. Expressions are not allowed
 * there by Terraform itself, so that text is enough; `backend-config` completes it.
 * @param root its directory, absolute, with what the configuration says of it, references looked up
 */
export async function readBackend(root: {
  readonly directory: string;
  readonly backendConfig: readonly string[];
  readonly workspace: string | undefined;
}): Promise<FoundBackend> {
  const { directory, backendConfig, workspace = 'default' } = root;
  const files = (await readdir(directory)).filter((name) => name.endsWith('.tf'));
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  const block = texts.map(backendBlock).find((one) => one !== undefined);
  if (block === undefined) return { type: undefined };
  const { type, body } = block;
  if (type !== 's3') return { type };
  const given = await Promise.all(
    backendConfig.map(async (item) =>
      item.includes('=') ? item : readFile(resolve(directory, item), 'utf8').catch(() => ''),
    ),
  );
  const settings = [body, ...given].reduce<Settings>(
    (before, text) => ({ ...before, ...settingsIn(text) }),
    {},
  );
  return { type, s3: s3Backend(settings, workspace) };
}

/** The block `backend "TYPE" { … }` of a file, blocks inside of it included. */
function backendBlock(text: string): { readonly type: string; readonly body: string } | undefined {
  const found = /^\s*backend\s+"(\w+)"\s*\{/m.exec(text);
  if (found === null) return undefined;
  const begin = found.index + found[0].length;
  let depth = 1;
  let end = begin;
  for (; end < text.length && depth > 0; end++) {
    if (text[end] === '{') depth++;
    if (text[end] === '}') depth--;
  }
  return { type: found[1] as string, body: text.slice(begin, end - 1) };
}

/** `name = value` in HCL or as it is typed after -backend-config; literals only. */
function settingsIn(text: string): Settings {
  const lines = text.split('\n').map((line) => line.replace(/^\s*(?:#|\/\/).*/, ''));
  return Object.fromEntries(
    lines.flatMap((line) => {
      const found = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|(\S+))/.exec(line);
      return found === null ? [] : [[found[1] as string, found[2] ?? found[3]]];
    }),
  );
}

function s3Backend(settings: Settings, workspace: string): S3Backend {
  const text = (name: string) => (typeof settings[name] === 'string' ? settings[name] : undefined);
  const key = text('key') ?? '*';
  const [table, kmsKey] = [text('dynamodb_table'), text('kms_key_id')];
  return {
    bucket: text('bucket') ?? '*',
    key: workspace === 'default' ? key : `${text('workspace_key_prefix') ?? 'env:'}/${workspace}/${key}`,
    lockFile: text('use_lockfile') === 'true',
    ...(table === undefined ? {} : { table }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
  };
}
