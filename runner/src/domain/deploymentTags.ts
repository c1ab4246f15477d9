import { DELIVERY_TAG } from './deliveryTags.js';
import type { DeploymentName } from './ownership.js';

/** Tags of something in AWS, by their names. */
export type Tags = Readonly<Record<string, string>>;

/** Tags that say whose something is. People also write them with a capital, and AWS tells the two apart: we do not. */
export const APPLICATION_TAG = 'application';
export const ENVIRONMENT_TAG = 'environment';
/** On instances that a deploy makes: the run that made them, written before they cost money; and the version. */
export const RUN_TAG = `${DELIVERY_TAG}run`;
export const VERSION_TAG = `${DELIVERY_TAG}version`;
/** On snapshots of a machine image that `prune` is about to deregister: the id of the image. */
export const PRUNE_TAG = `${DELIVERY_TAG}prune`;

/** Names of tags under which a list has to be asked for, to miss none of a deployment. */
export const APPLICATION_TAG_FORMS: readonly string[] = [
  APPLICATION_TAG,
  'Application',
  `${DELIVERY_TAG}${APPLICATION_TAG}`,
];

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

/** Whose something is: ours only where all of its tags that say so agree; those of a deploy count like those of people. */
export function ownerOf(tags: Tags, self: DeploymentName): Owner {
  const applications = valuesOf(tags, APPLICATION_TAG);
  const environments = valuesOf(tags, ENVIRONMENT_TAG);
  if (applications.length + environments.length === 0) return { kind: 'nobody' };
  const isOwn = (values: readonly string[], own: string) =>
    values.length > 0 && values.every((value) => value === own);
  if (isOwn(applications, self.application) && isOwn(environments, self.environment)) return { kind: 'own' };
  const named = (values: readonly string[], own: string, what: string) =>
    values.find((value) => value !== own) ?? values[0] ?? `(no ${what})`;
  return {
    kind: 'other',
    name: `${named(applications, self.application, APPLICATION_TAG)}/${named(environments, self.environment, ENVIRONMENT_TAG)}`,
  };
}

/** Whether something is of the application, and of no environment of it: all of them may use it. */
export const isOfApplicationAlone = (
  tags: Tags,
  { application }: Pick<DeploymentName, 'application'>,
): boolean => {
  const applications = valuesOf(tags, APPLICATION_TAG);
  return (
    applications.length > 0 &&
    applications.every((value) => value === application) &&
    valuesOf(tags, ENVIRONMENT_TAG).length === 0
  );
};

/** Values of a tag, whatever the case of its name, and of that which a deploy gives. */
const valuesOf = (tags: Tags, name: string): readonly string[] =>
  Object.entries(tags)
    .filter(([key]) => [name, `${DELIVERY_TAG}${name}`].includes(key.toLowerCase()))
    .map(([, value]) => value);
