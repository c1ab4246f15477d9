// A check of a release before it gets requests: it takes an order, and reads it back.
//   node check.mjs [URL]
// AUTOMATION_STACK_URL is where the new release answers; AUTOMATION_STACK_HEADERS what brings a request there.
/* global fetch, AbortSignal */
import { randomUUID } from 'node:crypto';

const { AUTOMATION_STACK_URL, AUTOMATION_STACK_HEADERS = '', AUTOMATION_STACK_VERSION } = process.env;
const base = (process.argv[2] ?? AUTOMATION_STACK_URL)?.replace(/\/*$/, '/');
const needed = Object.fromEntries(
  AUTOMATION_STACK_HEADERS.split('\n').flatMap((line) => {
    const [, name, value] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  }),
);

/** @returns the answer's JSON; ends the check where it is no success */
async function ask(path, order) {
  const sent =
    order === undefined
      ? { headers: needed }
      : {
          method: 'POST',
          headers: { ...needed, 'content-type': 'application/json' },
          body: JSON.stringify(order),
        };
  const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(10_000), ...sent });
  const text = await response.text();
  if (!response.ok)
    fail(`${order === undefined ? 'GET' : 'POST'} /${path}: ${response.status} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

function fail(why) {
  console.error(why);
  process.exit(1);
}

if (base === undefined) fail('Nobody says where the new release answers: node check.mjs URL');
const { version } = await ask('version');
if (AUTOMATION_STACK_VERSION !== undefined && version !== AUTOMATION_STACK_VERSION)
  fail(`${version} answered, not ${AUTOMATION_STACK_VERSION}`);
if (AUTOMATION_STACK_HEADERS !== '') {
  // Only told: what serves before the first release knows nothing of versions.
  const others = await fetch(`${base}version`, { signal: AbortSignal.timeout(10_000) });
  const said = await others.json().catch(() => ({ version: others.status }));
  console.log(`with ${AUTOMATION_STACK_HEADERS}: ${version}; all other requests: ${said.version}`);
}
const order = { id: randomUUID(), customer: 'check of the next release' };
await ask('orders', order);
const read = await ask(`orders/${order.id}`);
if (read.customer !== order.customer)
  fail(`an order of "${order.customer}" was read back as one of "${read.customer}"`);
console.log(`${version} took an order and read it back`);
