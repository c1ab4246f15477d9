export type Path = readonly PropertyKey[];

/** `environments.staging.url` */
export const pathText = (path: Path): string => (path.length === 0 ? 'the file' : path.map(String).join('.'));

/** What is said of the value at a path. As a function it says the same of the place that the value is inherited from. */
export type Words = string | ((path: Path) => string);

/** The words that begin with the path: `environments.staging.url: must be a text`. */
export const ofPath =
  (problem: string): Words =>
  (path) =>
    `${pathText(path)}: ${problem}`;

/** What the words say of a path. They quote what they are about, which may be a whole file: then their end is left out. */
export function told(words: Words, path: Path): string {
  const message = typeof words === 'string' ? words : words(path);
  return message.length > 400 ? `${message.slice(0, 400)}…` : message;
}
