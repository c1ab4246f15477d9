/**
 * What data that was stored must look like to be believed. Runners write it whole, but disks lose power, people edit
 * files and newer runners add keys: what a shape does not name is let through, what it names is relied upon.
 */

/** Says where a value is not what it must be, as a path (`deployment.status`, '' for all of it); undefined where it is. */
export type Shape = (value: unknown) => string | undefined;

const holds =
  (test: (value: unknown) => boolean): Shape =>
  (value) =>
    test(value) ? undefined : '';

/** Of documents that say what they say by being there. */
export const anything: Shape = () => undefined;
export const text = holds((value) => typeof value === 'string');
export const time = holds((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
export const isNumber = holds((value) => typeof value === 'number');
export const isBoolean = holds((value) => typeof value === 'boolean');
export const whole = (least: number) =>
  holds((value) => Number.isSafeInteger(value) && (value as number) >= least);
export const oneOf = (...words: readonly string[]) => holds((value) => words.includes(value as string));

/** The path of the first member that is not what it must be. */
function first(members: Iterable<readonly [name: string | number, found: string | undefined]>) {
  for (const [name, found] of members)
    if (found !== undefined) return found === '' ? String(name) : `${name}.${found}`;
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param members by name; `name?` may be left out */
export const object =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value) => {
    if (!isObject(value)) return '';
    return first(
      Object.entries(members).map(([name, shape]) => {
        const key = name.replace(/\?$/, '');
        return [key, key !== name && value[key] === undefined ? undefined : shape(value[key])];
      }),
    );
  };
export const record =
  (shape: Shape): Shape =>
  (value) =>
    isObject(value) ? first(Object.entries(value).map(([name, one]) => [name, shape(one)])) : '';
export const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) ? first(value.map((one, index) => [index, shape(one)])) : '';
/** What is wrong is told of the last one. */
export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) => {
    const found = shapes.map((shape) => shape(value));
    return found.includes(undefined) ? undefined : found.at(-1);
  };
