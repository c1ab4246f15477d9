/** Ways in which people are told of runs, by their keys below `notifications`: each keeps a file of its own beside a run's record. */
export const channels = ['slack', 'github', 'gitlab'] as const;
export type Channel = (typeof channels)[number];

/** Those of them where repositories live. */
export const forges = ['github', 'gitlab'] as const satisfies readonly Channel[];
export type ForgeKey = (typeof forges)[number];

/** How a forge calls itself and what it has. */
export const forgeWords = {
  github: { name: 'GitHub', request: 'pull request', repository: 'OWNER/NAME' },
  gitlab: { name: 'GitLab', request: 'merge request', repository: 'GROUP/PROJECT' },
} as const satisfies Record<ForgeKey, object>;
