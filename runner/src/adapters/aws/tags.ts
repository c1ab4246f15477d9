import type { Tags } from '../../domain/deploymentTags.js';

interface SdkTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as a map; empty where AWS sends none. */
export const tagsFrom = (list: readonly SdkTag[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Tags as the SDK takes them. */
export const tagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
