import { appendFile } from 'node:fs/promises';
import * as z from 'zod';
import { text } from '../../../runner/src/config/schemaWords.js';
import type { ChannelKind } from '../../../runner/src/context/context.js';

const schema = z.strictObject({ file: text.describe('File that gets a line at the end of a run.') });
type Settings = z.infer<typeof schema>;

/** A channel that the runner does not have: a file with a line for each run. */
export const logbook: ChannelKind<Settings> = {
  key: 'logbook',
  title: 'Logbook',
  schema,
  description: 'Logbook: a line for each run.',
  fault: ({ file }) => (file.endsWith('/') ? 'needs a file, not a directory' : undefined),
  doctor: async (context) => {
    const settings = (await context.config()).notifications['logbook'] as Settings;
    return { status: 'ok', found: `${settings.file} can be written` };
  },
  address: () => Promise.resolve('https://logbook.example'),
  open: async ({ context }) => {
    const { file } = (await context.config()).notifications['logbook'] as Settings;
    return {
      handle: () => undefined,
      close: () => appendFile(file, 'a run ended\n'),
    };
  },
};
