import { resolve } from 'node:path';
import { StackError } from '../base/errors.js';
import { shellQuote } from '../base/shell.js';
import type { KeySource } from '../resources/keys.js';
import type { Context } from '../context/context.js';
import { option, type CommandDefinition, type CommandInput } from './command.js';
import { listResources, withEnvironments } from './resourceList.js';
import {
  ago,
  allEnvironmentsOption,
  confirmed,
  isWatched,
  tagOption,
  tagsAsked,
  watchOption,
  yesOption,
} from './resourceOptions.js';
import { runOfOne } from './resourceRun.js';

const HEADERS = ['environment', 'name', 'id', 'type', 'made', 'fingerprint'];

const keysList: CommandDefinition = {
  name: 'keys list',
  summary: 'List the key pairs of an environment',
  description: 'Key pairs that carry the tags of the deployment, `application` and `environment`.',
  options: [tagOption, allEnvironmentsOption, watchOption],
  examples: [
    { command: 'keys list --env staging', explains: 'What instances of staging can be launched with.' },
  ],
  environment: 'several',
  endless: isWatched,
  async run(context, input) {
    const tags = tagsAsked(input);
    const { keysOf } = await import('../resources/keys.js');
    return listResources(context, input, {
      look: (environment) => keysOf(context, environment, tags),
      show: (found, now) => {
        const data = withEnvironments(found);
        const rows = data.map((key) => [
          ...[key.environment, key.name, key.id, key.type],
          ...[ago(key.created, now), key.fingerprint],
        ]);
        return { data, tables: [{ headers: HEADERS, rows }] };
      },
      none: 'no such key pair',
    });
  },
};

const keysCreate: CommandDefinition = {
  name: 'keys create',
  summary: 'Create a key pair with the tags of an environment',
  description:
    'From a public key that there is (`--public-key`): its private half stays where it is. Or made by AWS (`--out`): the private half is written to that file, which only its owner can read and which must not be there yet; it is shown nowhere, and AWS does not keep it. What Terraform’s module `key-pair` describes, it makes by itself.',
  arguments: [{ name: 'name', description: 'Name of the key pair.', required: true }],
  options: [
    {
      name: 'public-key',
      value: 'FILE',
      description: 'Public key, e.g. ~/.ssh/id_ed25519.pub (ed25519 or RSA).',
    },
    {
      name: 'out',
      value: 'FILE',
      description: 'File for the private key of a pair that AWS makes (ed25519).',
    },
  ],
  examples: [
    {
      command: 'keys create ops --public-key ~/.ssh/id_ed25519.pub --env staging',
      explains: 'Your own key, for new instances.',
    },
    { command: 'keys create ops --out ops.pem --env staging', explains: 'A new one.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const name = input.arguments[0] as string;
    const source = sourceOf(context, input);
    const { checkNewKey, createKey } = await import('../resources/keys.js');
    await checkNewKey(context, environment, name, source);
    const from = 'publicKey' in source ? `of ${source.publicKey}` : `its private half in ${source.out}`;
    if (context.options.dryRun) {
      return {
        data: { dryRun: true, environment: environment.name, name, ...source },
        text: `Would create the key pair ${name} in ${environment.name}, ${from}.\nNothing was changed.`,
      };
    }
    const made = await runOfOne(
      context,
      environment,
      'keys create',
      (stage) => createKey(context, environment, { name, source, stage }),
      ({ id, fingerprint }) => `the key pair ${name} (${id}) is there, ${from}, fingerprint ${fingerprint}`,
    );
    return { data: { environment: environment.name, name, ...made, ...source } };
  },
};

const keysDelete: CommandDefinition = {
  name: 'keys delete',
  summary: 'Delete key pairs of an environment',
  description:
    'It asks first, unless `--yes`. Instances keep the public half that they were launched with; new ones cannot be launched with it. A key pair of another deployment, or without its tags, is refused by its name.',
  arguments: [{ name: 'key', description: 'Name or id of a key pair.', required: true, variadic: true }],
  options: [yesOption],
  examples: [{ command: 'keys delete ops --env staging', explains: 'After a question.' }],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const { keysMeant, deleteKeys } = await import('../resources/keys.js');
    const keys = await keysMeant(context, environment, input.arguments);
    const names = keys.map(({ name }) => name);
    const data = { environment: environment.name, keys: keys.map(({ id, name }) => ({ id, name })) };
    if (context.options.dryRun) {
      const lines = keys.map(({ id, name }) => `Would delete the key pair ${name} (${id}).`);
      return { data: { dryRun: true, ...data }, text: [...lines, 'Nothing was changed.'].join('\n') };
    }
    await confirmed(context, input, {
      question: keys.map(
        ({ id, name }) => `The key pair ${name} (${id}) of ${environment.name} will be deleted.`,
      ),
      command: `node runner keys delete ${input.arguments.map(shellQuote).join(' ')} --env ${environment.name}`,
    });
    await runOfOne(
      context,
      environment,
      'keys delete',
      (stage) => deleteKeys(context, environment, { keys, stage }),
      () => `${names.join(', ')} of ${environment.name}: deleted`,
    );
    return { data };
  },
};

/** @throws StackError USAGE where neither is named, or both are */
function sourceOf(context: Context, input: CommandInput): KeySource {
  const [publicKey, out] = [option(input, 'public-key'), option(input, 'out')];
  const home = context.env['HOME'];
  const absolute = (path: string) =>
    resolve(context.options.directory, home === undefined ? path : path.replace(/^~(?=\/)/, home));
  if (publicKey !== undefined && out === undefined) return { publicKey: absolute(publicKey) };
  if (publicKey === undefined && out !== undefined) return { out: absolute(out) };
  throw new StackError('USAGE', 'a key pair is of a public key, or made by AWS', {
    next: 'Name one: --public-key FILE, or --out FILE for the private key.',
  });
}

export const commands = [keysList, keysCreate, keysDelete];
