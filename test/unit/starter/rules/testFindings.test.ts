import { expect } from 'chai';
import { testCommand } from '../../../../runner/src/starter/rules/testFindings.js';
import { projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const vitest = '{"scripts":{"test":"vitest run"}}';

describe('the command of the unit tests', () => {
  const rows: readonly (readonly [string, Tree, string | undefined])[] = [
    [
      'of Laravel is that of artisan',
      { artisan: '', 'composer.json': '{"scripts":{"test":"x"}}' },
      'php artisan test',
    ],
    [
      'of PHP is the script of composer',
      { 'composer.json': '{"scripts":{"test":["a","b"]}}', 'phpunit.xml': '' },
      'composer test',
    ],
    [
      'of PHP without a script is PHPUnit',
      { 'composer.json': '{"scripts":{}}', 'phpunit.xml': '' },
      'vendor/bin/phpunit',
    ],
    ['may have its settings in a .dist file', { 'phpunit.xml.dist': '' }, 'vendor/bin/phpunit'],
    ['of Django is that of manage.py', { 'manage.py': '', 'pytest.ini': '' }, 'python manage.py test'],
    ['of Python is pytest where it has settings', { 'pytest.ini': '' }, 'pytest -q'],
    ['of Python is pytest where there is a conftest', { 'conftest.py': '' }, 'pytest -q'],
    ['of Python is pytest where the tests have a conftest', { 'tests/conftest.py': '' }, 'pytest -q'],
    [
      'of Python is pytest where it is required',
      { 'requirements-dev.txt': 'flask\npytest==8\n' },
      'pytest -q',
    ],
    ['of Python is pytest where a requirements.in names it', { 'requirements.in': 'pytest' }, 'pytest -q'],
    ['of Python is pytest where pyproject.toml names it', { 'pyproject.toml': '[tool.pytest]' }, 'pytest -q'],
    ['of Python is unknown where only a word is like it', { 'requirements.txt': 'pytestify' }, undefined],
    [
      'of Python is unknown where another file names it',
      { 'notes-requirements.txt': 'pytest', 'tox.ini.bak': 'pytest' },
      undefined,
    ],
    ['of Python is unknown where nothing names it', { 'requirements.txt': 'flask' }, undefined],
    ['of Node.js is npm’s', { 'package.json': vitest }, 'npm test'],
    ['of Node.js is yarn’s with its lock file', { 'package.json': vitest, 'yarn.lock': '' }, 'yarn test'],
    [
      'of Node.js is pnpm’s with its lock file',
      { 'package.json': vitest, 'pnpm-lock.yaml': '' },
      'pnpm test',
    ],
    [
      'is not what npm init writes',
      { 'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' },
      undefined,
    ],
    ['is unknown where package.json has no scripts', { 'package.json': '{}' }, undefined],
    ['is unknown where the script is no text', { 'package.json': '{"scripts":{"test":1}}' }, undefined],
    ['is unknown where package.json is broken', { 'package.json': '{' }, undefined],
    ['of Go is go test where there are tests', { 'go.mod': '', 'a/b_test.go': '' }, 'go test ./...'],
    ['of Go is unknown without tests', { 'go.mod': '', 'a/b.go': '' }, undefined],
    ['of Go is unknown without a module', { 'a/b_test.go': '' }, undefined],
    ['of Ruby is RSpec', { Gemfile: '', 'spec/a_spec.rb': '' }, 'bundle exec rspec'],
    ['of Ruby is unknown without specs', { Gemfile: '' }, undefined],
    ['of Ruby is unknown without a Gemfile', { 'spec/a_spec.rb': '' }, undefined],
    ['of Rust is cargo test', { 'Cargo.toml': '' }, 'cargo test'],
    ['of Java is Maven’s', { 'pom.xml': '' }, 'mvn --batch-mode test'],
    ['is unknown where nothing tells', { 'README.md': '' }, undefined],
  ];
  for (const [what, files, command] of rows) {
    it(what, () => expect(testCommand(projectOf(files), '.')?.join(' ')).to.equal(command));
    it(`${what}, also in a folder`, () => {
      const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`app/${path}`, text]));
      expect(testCommand(projectOf(below), 'app')?.join(' ')).to.equal(command);
    });
  }

  it('is not that of another folder', () => {
    const files = projectOf({ 'app/go.mod': '', 'other/a_test.go': '', 'other/pytest.ini': '' });
    expect(testCommand(files, 'app')).to.equal(undefined);
  });
});
