import type { DockerfileFacts } from './dockerfile.js';
import type { ProjectFiles } from './project.js';

/** Paths that people give to health checks, the usual ones first. */
const PATHS = ['/healthz', '/health', '/api/health', '/readyz', '/livez', '/up', '/ping'];
const SOURCE = /\.(?:py|js|mjs|cjs|ts|go|php|rb|java|kt|rs|cs|ex|exs|sh|conf)$/;

/** The path that tells whether an application is healthy, with where it was read; undefined where nothing tells. */
export function healthPathOf(
  files: ProjectFiles,
  context: string,
  facts: DockerfileFacts,
): { readonly path: string; readonly from: string } | undefined {
  if (facts.healthPath !== undefined)
    return { path: facts.healthPath, from: 'the HEALTHCHECK of the Dockerfile' };
  const below = context === '.' ? '' : `${context}/`;
  const sources = files.paths.filter(
    (path) =>
      path.startsWith(below) && SOURCE.test(path) && !/(?:^|\/)(?:tests?|spec|__tests__)\//.test(path),
  );
  for (const path of PATHS) {
    const quoted = new RegExp(`["'\`]${path}/?["'\`]|location\\s+=?\\s*${path}\\b`);
    const from = sources.find((source) => quoted.test(files.read(source) ?? ''));
    if (from !== undefined) return { path, from };
  }
  return undefined;
}
