import { privateFolder } from '../adapters/process/privateFolder.js';
import { StackError } from '../base/errors.js';
import { awsVariables } from '../context/awsOfChildren.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { Registry } from './imageRegistry.js';
import { cosignSign, cosignVersion, dockerLogin, keyOf, majorOf, signatureTag } from './rules/cosign.js';
import type { TreeImage } from './treeImage.js';

/** Longest that a key service and a registry may take. */
const SIGN_WITHIN_MS = 5 * 60_000;

/**
 * Signs a pushed image by its digest, where the configuration names a key. One that has a signature is left as it is: tags
 * do not move, so a second one could not be put beside it.
 * @returns the key's name, as the configuration has it
 * @throws StackError SIGN_FAILED, TOOL_MISSING, AWS_*
 */
export async function signImage(
  context: Context,
  image: TreeImage,
  pushed: {
    readonly digest: string;
    readonly registry: Registry;
    readonly environment: NamedEnvironment;
    readonly stage: Stage;
  },
): Promise<{ readonly signedBy?: string }> {
  const { sign, repository } = image.config;
  if (sign === undefined) return {};
  const { digest, registry, environment, stage } = pushed;
  const subject = stage.subject(image.name);
  const { readManifest } = await import('../adapters/aws/ecr.js');
  const tag = { imageTag: signatureTag(digest) };
  const { key, password = '' } = await context.resolve(
    { key: sign.key, ...(sign.password === undefined ? {} : { password: sign.password }) },
    environment,
  );
  if ((await readManifest(registry.aws, repository, tag, context.signal)) !== undefined) {
    subject.progress('sign', 'is signed already', 'ok');
    return { signedBy: key };
  }
  context.secrets.register(password);
  const login = await registry.login();
  const { directory } = await context.config();
  const folder = await privateFolder(context.env, 'memory');
  try {
    await folder.file('config.json', dockerLogin(login));
    const options = { signal: context.signal, timeoutMs: SIGN_WITHIN_MS };
    const version = await context.processes.run(cosignVersion, { ...options, captureStdout: true });
    const invocation = cosignSign(
      `${login.host}/${repository}@${digest}`,
      { key: keyOf(key, directory), password, logged: sign['transparency-log'] },
      {
        docker: folder.path,
        major: majorOf(version.stdout),
        aws: await awsVariables(context, environment),
      },
    );
    subject.progress('sign', `signing ${digest.slice(0, 19)} by ${key}`);
    const { exitCode, tail } = await context.processes.run(invocation, options);
    if (exitCode !== 0) throw signFailed(image.name, `${repository}@${digest}`, key, tail);
  } finally {
    await folder.remove();
  }
  subject.progress('sign', 'signed', 'ok');
  stage.fact(`signature ${image.name}`, `by ${key}`);
  return { signedBy: key };
}

function signFailed(name: string, where: string, key: string, tail: readonly string[]): StackError {
  return new StackError('SIGN_FAILED', `image ${name} was pushed, but cosign could not sign it by ${key}`, {
    where,
    evidence: tail.slice(-8),
    next: `Check images.${name}.sign: the key, its password, and who may use it (awskms: kms:Sign, kms:GetPublicKey, kms:DescribeKey). Then push again.`,
  });
}
