import { once } from '../../base/once.js';
import type { ContextWith, NamedEnvironment } from '../../context/context.js';
import { commandVariables } from '../commandVariables.js';
import type { CheckTools } from './checks.js';

/** The context as far as checks use it. */
export type CheckContext = ContextWith<
  | 'aws'
  | 'clock'
  | 'config'
  | 'docker'
  | 'env'
  | 'environment'
  | 'processes'
  | 'resolve'
  | 'secrets'
  | 'signal'
>;

/** What checks work with in an environment. Nothing is loaded or asked before a check needs it. */
export async function createCheckTools(
  context: CheckContext,
  environment: NamedEnvironment,
): Promise<CheckTools> {
  const { clock, processes } = context;
  const { directory } = await context.config();
  return {
    clock,
    processes,
    directory,
    variables: once(() => commandVariables(context, environment)),
    aws: () => context.aws(environment),
    async container(command) {
      const { containerCommand } = await import('./containerCommand.js');
      return containerCommand(context, environment)(command);
    },
  };
}
