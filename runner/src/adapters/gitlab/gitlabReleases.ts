import type { Forge, FoundRelease } from '../forge/forge.js';
import { ForgeFailure } from '../forge/forgeFailure.js';
import type { Requests } from '../forge/requests.js';

/** What GitLab takes in a description. */
const LONGEST_NOTES = 1_000_000;

interface ReleaseJson {
  readonly tag_name: string;
  readonly description?: string | null;
  readonly _links?: { readonly self?: string };
}

type Releases = Pick<Forge, 'longestNotes' | 'release' | 'makeRelease' | 'editRelease'>;

/** Releases of a project: https://docs.gitlab.com/api/releases/. */
export function gitlabReleases(requests: Requests, base: string): Releases {
  const place = (tag: string) => `${base}/releases/${encodeURIComponent(tag)}`;
  return {
    longestNotes: LONGEST_NOTES,
    release: async (tag) => {
      try {
        return found((await requests.get(place(tag))).body as ReleaseJson);
      } catch (error) {
        if (error instanceof ForgeFailure && error.status === 404) return undefined;
        throw error;
      }
    },
    makeRelease: async ({ tag, name, notes }) => {
      try {
        const { body } = await requests.makeOnce(`${base}/releases`, {
          ...{ tag_name: tag, name, description: notes },
        });
        return found(body as ReleaseJson);
      } catch (error) {
        // 409: "Release already exists".
        if (error instanceof ForgeFailure && error.status === 409) return undefined;
        throw error;
      }
    },
    editRelease: async (tag, { name, notes }) =>
      void (await requests.send('PUT', place(tag), { name, description: notes })),
  };
}

const found = ({ tag_name: tag, description, _links: links }: ReleaseJson): FoundRelease => ({
  id: tag,
  notes: description ?? '',
  url: links?.self,
});
