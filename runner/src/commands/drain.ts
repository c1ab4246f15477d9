import { flag, list, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';
import { waitOption } from './operateOptions.js';

const drain: CommandDefinition = {
  name: 'drain',
  summary: 'Stop the old colour of a switch, or old instances, whose time is over',
  description: `A deploy by \`strategy: switch\` keeps the old colour running for \`keep\`, so that a rollback is one change of the rule. When that time is over, this verb sets its service to 0 tasks; ECS lets them finish what they have in hand, which is not waited for. From then on a rollback deploys the release again. Old instances of a target of the kind \`instances\` are terminated; those that the ledger says are live stay, and the verb refuses where none of them serves.

Run it every hour by cron or Jenkins: where nothing is due it reads the ledger, takes no lock and exits 0. The next deploy uses the idle colour in any case, drained or not. The live colour is never drained: the rule says which one that is, and where it disagrees with the ledger, or the live colour has no healthy target, the verb refuses. It is recorded who did it (\`history --changes\`).`,
  options: [
    { name: 'target', value: 'NAME', repeatable: true, description: 'Only what this target keeps.' },
    { name: 'now', description: 'Do not wait until its time is over.' },
    waitOption,
  ],
  examples: [
    { command: 'drain --env production', explains: 'What is due, and nothing else: for a timer.' },
    { command: 'drain --env production --now', explains: 'The release is good; the old tasks cost money.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const asked = { targets: list(input, 'target'), isNow: flag(input, 'now') };
    const [{ drainEnvironment, drainSummary, nothingToDrain }, { asStageRun }] = await Promise.all([
      import('../delivery/operate/drain.js'),
      import('../context/runEvents.js'),
    ]);
    const now = () => context.clock.now().getTime();
    const nothing = await nothingToDrain(context, environment, asked);
    if (nothing !== undefined) return { data: nothing, text: `${drainSummary(nothing, now())}.` };
    if (context.options.dryRun) {
      const what = asked.targets.length === 0 ? environment.name : asked.targets.join(', ');
      return {
        data: { dryRun: true, environment: environment.name, ...asked },
        text: `Would stop the old colour of ${what}.\nNothing was changed.`,
      };
    }
    const stage = {
      id: `drain:${environment.name}`,
      title: `Drain ${environment.name}`,
      environment: environment.name,
    };
    const done = await asStageRun(
      context,
      'drain',
      stage,
      (telling) =>
        drainEnvironment(context, environment, { ...asked, stage: telling, waitMs: 0, ...waiting(input) }),
      { end: (result) => ({ reason: drainSummary(result, now()) }) },
    );
    return { data: done };
  },
};

export const commands = [drain];
