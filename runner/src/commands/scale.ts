import { StackError } from '../base/errors.js';
import { option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';
import { asWholeNumber, targetOption, waitOption, wholeNumber } from './operateOptions.js';

const scale: CommandDefinition = {
  name: 'scale',
  summary: 'Set how many tasks of a service run',
  description: `Sets the desired count, under the environment's lock, and waits until so many tasks run. Where autoscaling governs the service a number alone is refused, as it would be changed again: \`--min\` and \`--max\` change its bounds. It is recorded who did it (\`history --changes\`).

Terraform's module leaves the number alone. A fleet runs one application a host: change the number of hosts instead.`,
  arguments: [{ name: 'count', description: 'Number of tasks.' }],
  options: [
    targetOption,
    { name: 'min', value: 'N', description: 'Least number of tasks, of a service with autoscaling.' },
    { name: 'max', value: 'N', description: 'Greatest number of tasks, of a service with autoscaling.' },
    waitOption,
  ],
  examples: [
    { command: 'scale 4 --env staging', explains: 'Four tasks.' },
    {
      command: 'scale --env production --target web --min 4 --max 12',
      explains: 'Other bounds of autoscaling.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const [text] = input.arguments;
    const count = text === undefined ? undefined : asWholeNumber(text, 'the number');
    const [min, max] = [wholeNumber(input, 'min'), wholeNumber(input, 'max')];
    const target = option(input, 'target');
    if (count === undefined && min === undefined && max === undefined) {
      throw new StackError('USAGE', 'the number of tasks is missing', {
        next: `For example: node runner scale 2 --env ${environment.name}`,
      });
    }
    const [{ scaleTarget, scaleWords }, { asStageRun }] = await Promise.all([
      import('../delivery/operate/scale.js'),
      import('../context/runEvents.js'),
    ]);
    if (context.options.dryRun) {
      const { operatedTarget } = await import('../delivery/operate/chooseTarget.js');
      const { name } = await operatedTarget(context, environment, target, 'scale');
      return {
        data: { dryRun: true, environment: environment.name, target: name, count, min, max },
        text: `Would scale ${name} of ${environment.name} ${scaleWords({ count, min, max })}.\nNothing was changed.`,
      };
    }
    const stage = {
      id: `scale:${environment.name}`,
      title: `Scale ${environment.name}`,
      environment: environment.name,
    };
    const done = await asStageRun(
      context,
      'scale',
      stage,
      (telling) =>
        scaleTarget(context, environment, {
          ...{ target, count, min, max },
          stage: telling,
          waitMs: 0,
          ...waiting(input),
        }),
      {
        end: ({ summary }) => ({ reason: summary }),
        summary: ({ target: name, summary }) => `${name} of ${environment.name}: ${summary}`,
      },
    );
    return { data: done };
  },
};

export const commands = [scale];
