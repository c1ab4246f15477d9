import * as z from 'zod';
import { lookedUp, secret } from '../../config/schemaWords.js';

export const slackSchema = z.strictObject({
  channel: z
    .union([lookedUp, z.record(z.string(), lookedUp)])
    .describe('Channel, or a map of environment to channel with `default`.'),
  token: secret.optional().describe('Bot token reference, e.g. ${env:SLACK_BOT_TOKEN}; scope chat:write.'),
  webhook: secret
    .optional()
    .describe('Incoming webhook reference, if there is no bot; one message a run, no updates.'),
  on: z
    .array(z.enum(['start', 'stage', 'failure', 'end']))
    .default(['start', 'stage', 'failure', 'end'])
    .describe('Which events are sent.'),
});

export type SlackConfig = z.infer<typeof slackSchema>;
