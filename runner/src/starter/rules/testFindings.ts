import { filesIn, has, inside, type ProjectFiles } from './project.js';

/** The command that runs the unit tests of what lies in a directory; undefined where none is certain. */
export function testCommand(files: ProjectFiles, directory: string): readonly string[] | undefined {
  const is = (name: string) => has(files, inside(directory, name));
  const read = (name: string) => files.read(inside(directory, name)) ?? '';
  const script = (file: string) => {
    const command = scriptIn(read(file));
    // What `npm init` writes is no test.
    return command === undefined || /no test specified/.test(command) ? undefined : command;
  };
  if (is('artisan')) return ['php', 'artisan', 'test'];
  if (script('composer.json') !== undefined) return ['composer', 'test'];
  if (is('phpunit.xml') || is('phpunit.xml.dist')) return ['vendor/bin/phpunit'];
  if (is('manage.py')) return ['python', 'manage.py', 'test'];
  if (usesPytest(files, directory)) return ['pytest', '-q'];
  if (script('package.json') !== undefined) {
    return [is('pnpm-lock.yaml') ? 'pnpm' : is('yarn.lock') ? 'yarn' : 'npm', 'test'];
  }
  const below = directory === '.' ? '' : `${directory}/`;
  if (is('go.mod') && files.paths.some((path) => path.startsWith(below) && path.endsWith('_test.go')))
    return ['go', 'test', './...'];
  if (is('Gemfile') && is('spec')) return ['bundle', 'exec', 'rspec'];
  if (is('Cargo.toml')) return ['cargo', 'test'];
  if (is('pom.xml')) return ['mvn', '--batch-mode', 'test'];
  return undefined;
}

function usesPytest(files: ProjectFiles, directory: string): boolean {
  const here = filesIn(files, directory);
  const names = here.map((path) => path.slice(path.lastIndexOf('/') + 1));
  if (names.some((name) => name === 'pytest.ini' || name === 'conftest.py')) return true;
  if (has(files, inside(directory, 'tests/conftest.py'))) return true;
  const requirements = /^(?:requirements.*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.cfg|tox\.ini)$/;
  return here.some(
    (path, index) => requirements.test(names[index] as string) && /\bpytest\b/.test(files.read(path) ?? ''),
  );
}

function scriptIn(text: string): string | undefined {
  try {
    const { scripts } = JSON.parse(text) as { scripts?: { test?: unknown } };
    const test = scripts?.test;
    return typeof test === 'string' ? test : Array.isArray(test) ? test.join(' ') : undefined;
  } catch {
    return undefined;
  }
}
