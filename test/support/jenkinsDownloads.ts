import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL('./jenkinsStandIn', import.meta.url));

export interface Download {
  readonly url: string;
  /** SHA-256 in hexadecimal. */
  readonly checksum: string;
}

export interface JenkinsDownloads {
  readonly war: Download;
  readonly pluginManager: Download;
  /** Base URL of a package repository that sends on to another one. */
  readonly packages: string;
  close(): Promise<void>;
}

/**
 * Serves stand-ins for jenkins.war and the plugin manager, compiled here: the real ones are not to be had in tests.
 * @param address that hosts reach this machine by
 * @param mirror the package repository of the hosts, without a slash at the end
 */
export async function serveJenkins(address: string, mirror: string): Promise<JenkinsDownloads> {
  const jars = { '/jenkins.war': await compile('Jenkins'), '/manager.jar': await compile('PluginManager') };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const jar = (jars as Record<string, Buffer | undefined>)[path];
    if (jar !== undefined) response.end(jar);
    else if (path.startsWith('/packages/')) {
      response.writeHead(302, { location: mirror + path.slice('/packages'.length) }).end();
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const base = `http://${address}:${(server.address() as AddressInfo).port}`;
  const download = (path: keyof typeof jars): Download => ({
    url: base + path,
    checksum: createHash('sha256').update(jars[path]).digest('hex'),
  });
  return {
    war: download('/jenkins.war'),
    pluginManager: download('/manager.jar'),
    packages: `${base}/packages`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A runnable jar of one class. */
async function compile(name: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'automation-stack-jenkins-'));
  try {
    await run('javac', ['--release', '17', '-d', folder, join(SOURCES, `${name}.java`)]);
    const jar = join(folder, 'it.jar');
    await run('jar', ['--create', '--file', jar, '--main-class', name, '-C', folder, `${name}.class`]);
    return await readFile(jar);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
