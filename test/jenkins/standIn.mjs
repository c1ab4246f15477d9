// Stands in for `java -jar jenkins.war` and `java -jar agent.jar`: what the suite starts, as far as it looks at it.
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setInterval } from 'node:timers';

const words = process.argv.slice(2);
const { JENKINS_HOME: home, SECRETS: secrets } = process.env;

if (words.some((word) => word.endsWith('agent.jar'))) {
  console.log(`INFO: Connected as ${words[words.indexOf('-name') + 1]}`);
  setInterval(() => undefined, 1000);
} else {
  console.log('Running from: jenkins.war');
  const password = readFileSync(join(secrets, 'jenkins-admin-password'), 'utf8');
  const tokens = join(home, 'token');
  const session = randomUUID();
  let looks = 0;
  createServer((request, response) => {
    response.setHeader('X-Jenkins-Session', session);
    looks += 1;
    if (looks < 3) return response.writeHead(503).end('Jenkins is getting ready to work');
    const given = Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString();
    const token = existsSync(tokens) ? readFileSync(tokens, 'utf8') : undefined;
    if (given !== `admin:${password}` && given !== `admin:${token}`) return response.writeHead(401).end('no');
    const { pathname } = new URL(request.url, 'http://localhost');
    const answers = {
      '/api/json': () => ({
        mode: 'EXCLUSIVE',
        plugins: readdirSync(join(home, 'plugins')),
        words,
        env: process.env,
      }),
      '/crumbIssuer/api/json': () => ({ crumbRequestField: 'Jenkins-Crumb', crumb: 'a crumb' }),
      '/user/admin/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken': () => {
        writeFileSync(tokens, 'a token');
        return { status: 'ok', data: { tokenValue: 'a token' } };
      },
    };
    const answer = answers[pathname];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer?.()));
  }).listen(Number(words.find((word) => word.startsWith('--httpPort=')).split('=')[1]), '127.0.0.1');
}
