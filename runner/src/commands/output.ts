import { StackError } from '../base/errors.js';
import type { CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'output',
    summary: 'Print the Terraform outputs of an environment',
    description: `All outputs, or one by name or by a path into it: \`hosts.staging-1.address\`. A single output is printed for scripts: text as it is, maps and lists as JSON. Sensitive outputs are masked and never printed.`,
    arguments: [{ name: 'name', description: 'Output, or a path into one.' }],
    examples: [
      { command: 'output --env staging', explains: 'All outputs.' },
      { command: 'output --env staging cluster', explains: 'One value, bare.' },
    ],
    environment: 'required',
    async run(context, input) {
      const [{ describeOutputs, outputValue }, { maskOutputs, outputsText, plainText }] = await Promise.all([
        import('../infrastructure/outputs.js'),
        import('../views/outputLines.js'),
      ]);
      const environment = await context.environment();
      const outputs = await describeOutputs(context, environment);
      const [path] = input.arguments;
      if (path === undefined) {
        const text = Object.keys(outputs).length === 0 ? 'no outputs' : outputsText(outputs);
        return { data: maskOutputs(outputs), text };
      }
      if (outputs[path.split('.')[0] as string]?.sensitive === true) {
        throw new StackError('OUTPUT_MISSING', `the output ${path} is sensitive and not printed`, {
          where: environment.name,
          next: `Refer to it as \${output:${path}}, or ask Terraform itself: terraform output -raw ${path}`,
        });
      }
      const value = await outputValue(context, environment, path);
      return { data: value, text: plainText(value) };
    },
  },
];
