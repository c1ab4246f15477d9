import * as z from 'zod';
import { LOOKED_UP, lookedUp, secret, text } from '../../config/schemaWords.js';
import { REFERENCES } from '../../config/valueShape.js';

/** @param words what the forge is called, what a repository is called there, and what a token needs */
const forge = (words: { repository: string; token: string; api: string; request: string }) =>
  z.strictObject({
    token: secret.describe(words.token),
    repository: lookedUp.optional().describe(words.repository),
    api: text
      .regex(/^(?:https?:\/\/|\$\{)/, 'must be an address that begins with https://')
      .meta({ [REFERENCES]: LOOKED_UP })
      .optional()
      .describe(words.api),
    status: z.boolean().default(true).describe('Sets a status on the commit.'),
    comment: z.boolean().default(true).describe(`Keeps one comment at the ${words.request} up to date.`),
  });

export const githubSchema = forge({
  token:
    'Token reference, e.g. ${env:GITHUB_TOKEN}; commit statuses and pull requests, read and write (classic: scope repo).',
  repository: '`OWNER/NAME` (default: that of the remote `origin`).',
  api: 'Base of the API, e.g. https://github.example.org/api/v3 (default: that of the host of `origin`).',
  request: 'pull request',
});

export const gitlabSchema = forge({
  token: 'Token reference, e.g. ${env:GITLAB_TOKEN}; scope api, role Developer.',
  repository: '`GROUP/PROJECT`, or the number of the project (default: that of the remote `origin`).',
  api: 'Base of the API, e.g. https://gitlab.example.org/api/v4 (default: that of the host of `origin`).',
  request: 'merge request',
});

export type ForgeConfig = z.infer<typeof githubSchema>;
