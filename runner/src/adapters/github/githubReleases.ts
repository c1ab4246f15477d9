import type { Forge, FoundRelease } from '../forge/forge.js';
import { ForgeFailure } from '../forge/forgeFailure.js';
import type { Requests } from '../forge/requests.js';

/** What GitHub takes in the notes of a release; longer ones are refused with 422. */
const LONGEST_NOTES = 125_000;

interface ReleaseJson {
  readonly id: number;
  readonly body?: string | null;
  readonly html_url?: string;
}

type Releases = Pick<Forge, 'longestNotes' | 'release' | 'makeRelease' | 'editRelease'>;

/** Releases of a repository: https://docs.github.com/en/rest/releases/releases. Drafts have no tag yet and are not found. */
export function githubReleases(requests: Requests, base: string): Releases {
  return {
    longestNotes: LONGEST_NOTES,
    release: async (tag) => {
      try {
        return found(
          (await requests.get(`${base}/releases/tags/${encodeURIComponent(tag)}`)).body as ReleaseJson,
        );
      } catch (error) {
        if (error instanceof ForgeFailure && error.status === 404) return undefined;
        throw error;
      }
    },
    makeRelease: async ({ tag, name, notes }) => {
      try {
        const { body } = await requests.makeOnce(`${base}/releases`, {
          ...{ tag_name: tag, name, body: notes },
          // By version and date: a correction of an older version is not the latest one.
          make_latest: 'legacy',
        });
        return found(body as ReleaseJson);
      } catch (error) {
        if (error instanceof ForgeFailure && error.status === 422 && /already_exists/.test(error.message))
          return undefined;
        throw error;
      }
    },
    editRelease: async (id, { name, notes }) =>
      void (await requests.send('PATCH', `${base}/releases/${id}`, { name, body: notes })),
  };
}

const found = ({ id, body, html_url: url }: ReleaseJson): FoundRelease => ({
  id: String(id),
  notes: body ?? '',
  url,
});
