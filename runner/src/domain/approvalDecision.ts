/** What an environment asks of those who let a release pass to it. */
export interface ApprovalRule {
  /** Who may not approve it themselves. */
  readonly not: readonly Role[];
  /** How many different people must approve it. */
  readonly count: number;
}

export type Role = 'author' | 'starter';

/** What `promotion.approval` says. */
export type ApprovalSetting = 'required' | 'none' | ApprovalRule;

/** Who wrote something: as git tells it. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

/** Names of one person, by the id that they approve and start builds with. */
export type People = Readonly<Record<string, readonly string[]>>;

/** Who has a part in what waits for its approval. */
export interface ApprovalPeople {
  readonly authors: readonly Author[];
  /** Undefined where nobody started it: a change, or the clock. */
  readonly starter: string | undefined;
  readonly people: People;
}

/** Somebody who may not approve, and why. */
export interface ExcludedApprover {
  readonly name: string;
  readonly role: Role;
}

/** @returns undefined where nothing has to be approved */
export function approvalRule(setting: ApprovalSetting | undefined): ApprovalRule | undefined {
  if (setting === undefined || setting === 'none') return undefined;
  return setting === 'required' ? { not: [], count: 1 } : setting;
}

export const authorText = ({ name, email }: Author): string => `${name} <${email}>`;

/**
 * All that a person is called, in small letters. Jenkins' ids, git's authors and the users of a laptop are name spaces of
 * their own; what two of them share is one person: an id, a name, an e-mail address or the part of it before the `@`, and
 * what `people` says. Better one too many is kept out than one too few.
 */
export function aliases(names: readonly string[], people: People): ReadonlySet<string> {
  const found = new Set(names.flatMap(spellings));
  for (const [id, others] of Object.entries(people)) {
    const all = [id, ...others].flatMap(spellings);
    if (all.some((one) => found.has(one))) for (const one of all) found.add(one);
  }
  return found;
}

function spellings(name: string): readonly string[] {
  const plain = name.trim().toLowerCase();
  const at = plain.indexOf('@');
  if (at <= 0) return [plain];
  // GitHub's private addresses: 12345+name@users.noreply.github.com
  return [plain, plain.slice(0, at).replace(/^\d+\+/, '')];
}

/** Whether two names are of one person. */
export function isSamePerson(one: readonly string[], other: readonly string[], people: People): boolean {
  const known = aliases(one, people);
  return [...aliases(other, people)].some((name) => known.has(name));
}

/** Everybody who may not approve. */
export function excludedApprovers(
  rule: ApprovalRule,
  { authors, starter, people }: ApprovalPeople,
): readonly ExcludedApprover[] {
  const out: (ExcludedApprover & { readonly names: readonly string[] })[] = [];
  const add = (role: Role, name: string, names: readonly string[]) => {
    if (!out.some((one) => one.role === role && isSamePerson(one.names, names, people)))
      out.push({ role, name, names });
  };
  if (rule.not.includes('author'))
    for (const author of authors) add('author', authorText(author), [author.name, author.email]);
  if (rule.not.includes('starter') && starter !== undefined) add('starter', starter, [starter]);
  return out.map(({ name, role }) => ({ name, role }));
}

/** All names of those who may not approve, as they are compared: for programs that ask in our place. */
export function excludedIds(
  rule: ApprovalRule,
  { authors, starter, people }: ApprovalPeople,
): readonly string[] {
  const names = [
    ...(rule.not.includes('author') ? authors.flatMap(({ name, email }) => [name, email]) : []),
    ...(rule.not.includes('starter') && starter !== undefined ? [starter] : []),
  ];
  return names.length === 0 ? [] : [...aliases(names, people)].sort();
}

/** Why somebody may not approve; undefined where they may. */
export function whyExcluded(
  approver: string,
  rule: ApprovalRule,
  parts: ApprovalPeople,
): ExcludedApprover | undefined {
  const { authors, starter, people } = parts;
  const author = rule.not.includes('author')
    ? authors.find(({ name, email }) => isSamePerson([approver], [name, email], people))
    : undefined;
  if (author !== undefined) return { name: authorText(author), role: 'author' };
  const isStarter =
    rule.not.includes('starter') && starter !== undefined && isSamePerson([approver], [starter], people);
  return isStarter ? { name: starter, role: 'starter' } : undefined;
}

/** Approvers, each person once. */
export function differentPeople(approvers: readonly string[], people: People): readonly string[] {
  return approvers.reduce<readonly string[]>(
    (known, one) => (known.some((other) => isSamePerson([one], [other], people)) ? known : [...known, one]),
    [],
  );
}

/**
 * True where it is known what git calls an approver: an address is the same everywhere, and `people` may say it. Else a
 * shared name is all that would show that they are an author.
 */
export function isKnownToGit(approver: string, people: People): boolean {
  return approver.includes('@') || Object.entries(people).some((one) => isEntryOf(approver, one));
}

function isEntryOf(approver: string, [id, names]: readonly [string, readonly string[]]): boolean {
  const known = new Set([id, ...names].flatMap(spellings));
  return spellings(approver).some((name) => known.has(name));
}
