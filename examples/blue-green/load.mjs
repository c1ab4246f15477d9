// Orders without a pause, until SIGTERM or SIGINT; then it counts: requests that failed, and orders that were lost.
//   node load.mjs URL [WORKERS]
// An order counts from the moment that the application said 201. Exit code 1 if one failed or was lost.
/* global fetch, AbortSignal */
import { randomUUID } from 'node:crypto';

const [url, workers = '4'] = process.argv.slice(2);
if (url === undefined) {
  console.error('Usage: node load.mjs URL [WORKERS]');
  process.exit(2);
}
const base = url.replace(/\/*$/, '/');
const accepted = new Map();
const failures = [];
const versions = {};
let requests = 0;
let going = true;
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (going = false));

/** @returns the answer's JSON; undefined where the status is not the wanted one, which counts as failed */
async function ask(wanted, path, order) {
  requests += 1;
  try {
    const response = await fetch(`${base}${path}`, {
      signal: AbortSignal.timeout(10_000),
      ...(order === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) }),
    });
    const text = await response.text();
    if (response.status === wanted) return JSON.parse(text);
    failures.push(`${new Date().toISOString()} ${path}: ${response.status} ${text.slice(0, 200)}`);
  } catch (error) {
    failures.push(`${new Date().toISOString()} ${path}: ${error.cause?.message ?? error.message}`);
  }
  return undefined;
}

async function work() {
  while (going) {
    const order = { id: randomUUID(), customer: `customer ${accepted.size}` };
    if ((await ask(201, 'orders', order)) === undefined) continue;
    accepted.set(order.id, order.customer);
    const read = await ask(200, `orders/${order.id}`);
    if (read !== undefined && read.customer !== order.customer)
      failures.push(`order ${order.id}: ${JSON.stringify(read)} was read back`);
    const { version } = (await ask(200, 'version')) ?? {};
    if (version !== undefined) versions[version] = (versions[version] ?? 0) + 1;
  }
}

/** Every order once more, as the release that serves now reads it. */
async function findLost() {
  const lost = [];
  const orders = [...accepted];
  const next = async () => {
    for (let order = orders.pop(); order !== undefined; order = orders.pop()) {
      const [id, customer] = order;
      if ((await ask(200, `orders/${id}`))?.customer !== customer) lost.push(id);
    }
  };
  await Promise.all(Array.from({ length: 16 }, next));
  return lost;
}

const began = Date.now();
await Promise.all(Array.from({ length: Number(workers) }, work));
const seconds = Math.round((Date.now() - began) / 1000);
const asked = requests;
const lost = await findLost();
const { count = 0, nameless = 0 } = (await ask(200, 'orders/count')) ?? {};
const outcome = {
  seconds,
  requests: asked,
  failed: failures.length,
  orders: accepted.size,
  counted: count,
  lost: lost.length + nameless,
  versions,
};
console.log(JSON.stringify({ ...outcome, failures: failures.slice(0, 10) }, null, 2));
process.exit(failures.length === 0 && outcome.lost === 0 && count >= accepted.size ? 0 : 1);
