import * as z from 'zod';
import { isTimeZone, parsePowerWindow } from '../domain/powerHours.js';
import { text } from './schemaWords.js';

const window = z
  .string()
  .refine(
    (value) => parsePowerWindow(value) !== undefined,
    'must be days and a time, such as "mon-fri 07:00-20:00", "sat,sun 10:00-16:00" or "daily 06:00-24:00"; what goes over midnight is two',
  );

/** When an environment is on, and what is never powered off in it. */
export const powerSchema = z.strictObject({
  hours: z
    .array(window)
    .min(1)
    .optional()
    .describe(
      'When the environment is on, e.g. `["mon-fri 07:00-20:00"]`; at all other times `power follow` powers it off.',
    ),
  timezone: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin')
    .default('UTC')
    .describe('Time zone of `hours`.'),
  keep: z
    .array(text)
    .default([])
    .describe('Names of targets, instances and databases that are never powered off.'),
});
