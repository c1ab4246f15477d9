import type { LookUps } from './config/references.js';
import type { Context, NamedEnvironment } from './context/context.js';

/** Where the references of an environment's configuration find what they stand for; each is loaded on first use. */
export function lookUpsOf(context: Context, environment: NamedEnvironment): LookUps {
  return {
    env: context.env,
    secrets: context.secrets,
    async advice(variable) {
      const { bindingAdvice } = await import('./pipeline/rules/jenkinsBindings.js');
      return bindingAdvice(await context.config(), variable);
    },
    async output(path, other) {
      const { outputValue } = await import('./infrastructure/outputs.js');
      return outputValue(context, other === undefined ? environment : await context.environment(other), path);
    },
    async parameter(name) {
      const [{ readParameter }, aws] = await Promise.all([secretsOfAws(), context.aws(environment)]);
      return readParameter(aws, name);
    },
    async secret(name) {
      const [{ readSecret }, aws] = await Promise.all([secretsOfAws(), context.aws(environment)]);
      return readSecret(aws, name);
    },
  };
}

const secretsOfAws = () => import('./adapters/aws/secrets.js');
