/** Where repositories live, by their keys below `notifications`. */
export type ForgeKey = 'github' | 'gitlab';

/** How a forge calls itself and what it has. */
export const forgeWords = {
  github: { name: 'GitHub', request: 'pull request', repository: 'OWNER/NAME' },
  gitlab: { name: 'GitLab', request: 'merge request', repository: 'GROUP/PROJECT' },
} as const satisfies Record<ForgeKey, object>;
