import { flag, type CommandDefinition } from './command.js';

const check: CommandDefinition = {
  name: 'config check',
  summary: 'Validate the whole automation-stack.yml',
  description:
    'Reports every error at once, each as `file:line:column`; exits 2 if there are any: keys and values, unknown names, circles of promotions and stages, and missing Dockerfiles, contexts, Terraform roots, variable files, outputs, playbooks, keys and pod templates. What may be intended, such as an image that no target runs, is a warning. It checks only this directory; `doctor` checks the rest.',
  examples: [{ command: 'config check', explains: 'Check the configuration of this directory.' }],
  environment: 'none',
  async run(context) {
    const { checkConfiguration, warningLine } = await import('../doctor/checkConfiguration.js');
    const { config, warnings } = await checkConfiguration(context);
    const environments = Object.keys(config.environments);
    return {
      data: {
        file: config.file,
        application: config.application,
        environments,
        images: Object.keys(config.images),
        warnings: warnings.map(({ line, column, message }) => ({ line, column, message })),
      },
      text: [
        ...warnings.map((warning) => `warning: ${warningLine(context, config, warning)}`),
        `${context.options.configFile} is valid: ${config.application}, environments ${environments.join(', ')}.`,
      ].join('\n'),
    };
  },
};

const show: CommandDefinition = {
  name: 'config show',
  summary: 'Print the effective configuration',
  description:
    'With `--env NAME`, only that environment, with its `extends` merged in. References such as `${ssm:/path}` are printed as they are written. `--resolve` prints their values; secret values stay masked.',
  options: [{ name: 'resolve', description: 'Look references up; secrets are masked.' }],
  examples: [{ command: 'config show --env staging', explains: 'The settings of staging after `extends`.' }],
  environment: 'optional',
  async run(context, input) {
    const { showConfig } = await import('../doctor/showConfig.js');
    const data = await showConfig(context, flag(input, 'resolve'));
    const { stringify } = await import('yaml');
    return { data, text: stringify(data, { lineWidth: 110 }).trimEnd() };
  },
};

const schema: CommandDefinition = {
  name: 'config schema',
  summary: 'Print the JSON Schema of automation-stack.yml',
  description:
    'The same as `resources/automation-stack.schema.json`, for editors: every key, its type, default and meaning.',
  environment: 'none',
  async run(context) {
    const { jsonSchema } = await import('../config/jsonSchema.js');
    const data = jsonSchema(await context.kinds());
    return { data, text: JSON.stringify(data, null, 2) };
  },
};

export const commands = [check, show, schema];
