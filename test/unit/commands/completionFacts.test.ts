import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { completionFacts } from '../../../runner/src/commands/completionFacts.js';

describe('the names that completion offers', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'facts-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const factsOf = (text: string) => {
    writeFileSync(join(directory, 'a.yml'), text);
    return completionFacts(join(directory, 'a.yml'));
  };
  const none = { environments: [], images: [], branches: [], targets: [], scopes: [] };

  it('are those of the file, whether it is valid or not', async () => {
    expect(
      await factsOf(
        'nonsense: 5\nimages: { web: }\nbranches: { main: staging }\nenvironments:\n' +
          '  staging: { infrastructure: { scopes: { app: [], db: [] } }, targets: { web: { kind: x } } }\n  test:\n',
      ),
    ).to.deep.equal({
      environments: ['staging', 'test'],
      images: ['web'],
      branches: ['main'],
      targets: ['web'],
      scopes: ['app', 'db'],
    });
  });

  it('are none where something else stands in their place', async () => {
    for (const text of ['', 'text', '[a, b]', 'environments: [a]\nimages: text\nbranches:\n'])
      expect(await factsOf(text), text).to.deep.equal(none);
    expect(await factsOf('environments: { a: text, b: { infrastructure: [x] } }')).to.deep.equal({
      ...none,
      environments: ['a', 'b'],
    });
  });

  it('are not even empty where there is no file', async () => {
    expect(await completionFacts(join(directory, 'none.yml'))).to.deep.equal({});
  });
});
