import { isNothing, type PoweredThings } from '../../domain/power.js';

/** What is powered off or on, in words: `web with 2 tasks; instances api-1, api-2; database orders`. */
export function thingsWords(things: PoweredThings): string {
  if (isNothing(things)) return 'there is nothing to do';
  const { services, instances, databases } = things;
  return [
    ...services.map(({ target, count }) => `${target} with ${count} ${count === 1 ? 'task' : 'tasks'}`),
    ...named(
      'instance',
      instances.map(({ name, id }) => (name === id ? id : `${name} (${id})`)),
    ),
    ...named(
      'database',
      databases.map(({ id }) => id),
    ),
  ].join('; ');
}

const named = (what: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${what}${names.length === 1 ? '' : 's'} ${names.join(', ')}`];
