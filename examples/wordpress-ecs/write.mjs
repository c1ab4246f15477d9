// Writes an article with a picture, as an editor does: signs in, uploads, publishes.
//   WORDPRESS_ADMIN_PASSWORD=… node write.mjs URL TITLE [PICTURE.png]
// Prints where the article and the picture are. WORDPRESS_ADMIN_USER is the editor, if that is not `editor`.
/* global fetch, AbortSignal, FormData */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const { WORDPRESS_ADMIN_USER = 'editor', WORDPRESS_ADMIN_PASSWORD = '' } = process.env;
const [, , url, title, picture] = process.argv;
if (title === undefined || WORDPRESS_ADMIN_PASSWORD === '')
  fail('WORDPRESS_ADMIN_PASSWORD=… node write.mjs URL TITLE [PICTURE.png]');
const base = url.replace(/\/*$/, '/');
const cookies = new Map([['wordpress_test_cookie', 'WP%20Cookie%20check']]);

/** @returns the answer; ends the program where it is no success */
async function ask(path, options = {}) {
  const response = await fetch(`${base}${path}`, {
    signal: AbortSignal.timeout(30_000),
    redirect: 'manual',
    ...options,
    headers: {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...options.headers,
    },
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name !== undefined) cookies.set(name, value);
  }
  if (response.status >= 400)
    fail(`${options.method ?? 'GET'} /${path}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response;
}

function fail(why) {
  console.error(why);
  process.exit(1);
}

const form = new FormData();
form.set('log', WORDPRESS_ADMIN_USER);
form.set('pwd', WORDPRESS_ADMIN_PASSWORD);
form.set('testcookie', '1');
const signedIn = await ask('wp-login.php', { method: 'POST', body: form });
if (signedIn.status !== 302) fail(`WordPress does not let ${WORDPRESS_ADMIN_USER} in`);
const nonce = await (await ask('wp-admin/admin-ajax.php?action=rest-nonce')).text();
const headers = { 'x-wp-nonce': nonce };

let content = '<p>Written by a program, through the interface that editors use.</p>';
if (picture !== undefined) {
  const uploaded = await ask('wp-json/wp/v2/media', {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'image/png',
      'content-disposition': `attachment; filename="${basename(picture)}"`,
    },
    body: readFileSync(picture),
  });
  const { source_url: source } = await uploaded.json();
  content += `<figure class="wp-block-image"><img src="${source}" alt="The picture of the article"></figure>`;
  console.log(`picture ${source}`);
}
const published = await ask('wp-json/wp/v2/posts', {
  method: 'POST',
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify({ title, content, status: 'publish' }),
});
console.log(`article ${(await published.json()).link}`);
