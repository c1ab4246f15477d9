import type { DeploymentName } from './ownership.js';

/** Tags of something in AWS, by their names. */
export type Tags = Readonly<Record<string, string>>;

/** Tags that say whose something is. People also write them with a capital, and AWS tells the two apart: we do not. */
export const APPLICATION_TAG = 'application';
export const ENVIRONMENT_TAG = 'environment';
/** On instances that a deploy makes: the run that made them, written before they cost money. */
export const RUN_TAG = 'automation-stack:run';
/** On instances that a deploy makes: the version that they run. */
export const VERSION_TAG = 'automation-stack:version';

/** Names of tags under which a list has to be asked for, to miss none of a deployment. */
export const APPLICATION_TAG_FORMS: readonly string[] = [APPLICATION_TAG, 'Application'];

/** What the tags of a deployment are on what is made for it. */
export const tagsOf = ({ application, environment }: DeploymentName): Tags => ({
  [APPLICATION_TAG]: application,
  [ENVIRONMENT_TAG]: environment,
});

/** Whose something is, by its tags. */
export type Owner =
  | { readonly kind: 'own' }
  /** Of another deployment: `shop/production`. */
  | { readonly kind: 'other'; readonly name: string }
  /** Its tags do not say. */
  | { readonly kind: 'nobody' };

/** Whose something is: ours only where both tags say so. */
export function ownerOf(tags: Tags, self: DeploymentName): Owner {
  const application = tagNamed(tags, APPLICATION_TAG);
  const environment = tagNamed(tags, ENVIRONMENT_TAG);
  if (application === undefined && environment === undefined) return { kind: 'nobody' };
  if (application === self.application && environment === self.environment) return { kind: 'own' };
  return {
    kind: 'other',
    name: [application ?? '(no application)', environment ?? '(no environment)'].join('/'),
  };
}

/** Value of a tag, whatever the case of its name. */
export function tagNamed(tags: Tags, name: string): string | undefined {
  const found = Object.keys(tags).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : tags[found];
}
