import { StackError } from '../../base/errors.js';
import type { ContextWith, NamedEnvironment } from '../../context/context.js';
import { openRegistry } from '../../release/imageRegistry.js';
import { registryOfImages } from '../../release/registryOfImages.js';
import { commandFailure } from '../rules/checkCommands.js';
import type { RunCommand } from './checks.js';

/**
 * Runs a command in a container on this machine, in an image of the release: by digest, pulled where the engine does not
 * have it. It has the network of the machine, and no variables but those of the check.
 */
export function containerCommand(
  context: ContextWith<'aws' | 'clock' | 'docker' | 'env' | 'environment' | 'secrets' | 'signal'>,
  environment: NamedEnvironment,
): RunCommand {
  return async ({ name, command, env, timeoutMs, image = '', release, signal, tell }) => {
    const released = release.images[image];
    if (released === undefined) {
      throw new StackError('CONFIG_INVALID', `release ${release.version} has no image "${image}"`, {
        where: `checks.${name}.image`,
        next: 'Build a release with the current configuration: node runner push.',
      });
    }
    const engine = await context.docker();
    const registry = await openRegistry(context, await registryOfImages(context, environment));
    const { host, ...credentials } = await registry.login();
    const reference = `${host}/${released.repository}@${released.digest}`;
    if ((await engine.image(reference)) === undefined) await engine.pull({ reference, credentials, signal });
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('timeout')), timeoutMs);
    const startedMs = context.clock.now().getTime();
    const lines: string[] = [];
    try {
      const end = await engine.run(
        {
          image: reference,
          command,
          env,
          network: 'host',
          signal: AbortSignal.any([signal, late.signal]),
        },
        (line) => {
          lines.push(line);
          tell(line);
        },
      );
      const elapsedMs = context.clock.now().getTime() - startedMs;
      return { failure: commandFailure(end, { elapsedMs, timeoutMs }), tail: end.tail };
    } catch (error) {
      signal.throwIfAborted();
      if (!late.signal.aborted) throw error;
      return { failure: commandFailure({ exitCode: 143 }, { elapsedMs: timeoutMs, timeoutMs }), tail: lines };
    } finally {
      clearTimeout(timer);
    }
  };
}
