import * as z from 'zod';
import { lookedUp } from '../../../../config/schemaWords.js';

const rule = lookedUp.describe('Rule of EventBridge: its name, `BUS/NAME`, or its ARN.');

const schedule = z.strictObject({
  rule,
  family: lookedUp
    .optional()
    .describe(
      'Family of the task definition, where the task has one of its own: it gets a new revision with the image (default: the task runs the revision of the service).',
    ),
  container: lookedUp
    .optional()
    .describe('Container in that family that runs the image (default: the first).'),
  role: lookedUp
    .optional()
    .describe('Role by which EventBridge starts the task: `iam-policy` confines passing a role to it.'),
});

/** Tasks that rules of EventBridge start, which move with the service; each an object after parsing. */
export const schedules = z
  .array(z.union([rule.transform((name) => ({ rule: name })), schedule]))
  .optional()
  .describe(
    'Scheduled tasks that move with the service: rules of EventBridge that start tasks of its family, or of one of their own with the same image.',
  );

export type ScheduleConfig = z.infer<typeof schedule>;
