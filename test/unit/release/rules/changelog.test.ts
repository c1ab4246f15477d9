import { expect } from 'chai';
import { prependSection, releaseNotes, topSection } from '../../../../runner/src/release/rules/changelog.js';
import { readChanges } from '../../../../runner/src/release/rules/commits.js';

const changes = (...messages: string[]) =>
  readChanges(messages.map((message, index) => ({ hash: `${index}`.repeat(40), message })));

describe('changelog', () => {
  it('groups changes by what they mean to a user, oldest first', () => {
    const notes = releaseNotes(
      changes(
        'fix: second fix',
        'chore: tidy',
        'feat(web): a page',
        'fix(api): first fix',
        'perf: quicker start',
      ),
    );
    expect(notes).to.equal(
      [
        '### Features\n\n- **web:** a page (2222222)',
        '### Fixes\n\n- **api:** first fix (3333333)\n- second fix (0000000)',
        '### Faster\n\n- quicker start (4444444)',
      ].join('\n\n'),
    );
  });

  it('tells a breaking change first and in the words of its footer', () => {
    const notes = releaseNotes(changes('feat!: drop v1\n\nBREAKING CHANGE: clients must\nuse v2'));
    expect(notes).to.equal(
      '### Breaking changes\n\n- clients must use v2 (0000000)\n\n### Features\n\n- drop v1 (0000000)',
    );
  });

  it('keeps changes without a convention, but not merges', () => {
    const notes = releaseNotes(
      changes('Make it faster', "Merge branch 'develop'", 'Merge pull request #3 from x/y'),
    );
    expect(notes).to.equal('### Other changes\n\n- Make it faster (0000000)');
  });

  it('says so where nothing concerns a user', () => {
    expect(releaseNotes(changes('chore: tidy'))).to.contain('Maintenance only');
  });

  describe('with a section put first', () => {
    const section = { version: '1.1.0', date: '2026-11-21', notes: '### Fixes\n\n- a (1234567)' };
    const text = '## 1.1.0 (2026-11-21)\n\n### Fixes\n\n- a (1234567)\n';

    it('begins a new file with a title', () => {
      expect(prependSection(undefined, section)).to.equal(`# Changelog\n\n${text}`);
    });

    it('keeps older sections and the words above them as they are', () => {
      const existing = '# History\n\nWritten by hand.\n\n## 1.0.0 (2026-01-01)\n\n- first\n';
      expect(prependSection(existing, section)).to.equal(
        `# History\n\nWritten by hand.\n\n${text}\n## 1.0.0 (2026-01-01)\n\n- first\n`,
      );
    });

    it('takes the place of a section that was never released', () => {
      const again = prependSection(
        prependSection('# Changelog\n\n## 1.0.0 (2026-01-01)\n\n- first\n', section, '1.0.0'),
        section,
        '1.0.0',
      );
      expect(again).to.equal(`# Changelog\n\n${text}\n## 1.0.0 (2026-01-01)\n\n- first\n`);
      const lower = { ...section, version: '1.0.1' };
      const raised = prependSection(prependSection('# Changelog\n', lower, '1.0.0'), section, '1.0.0');
      expect(raised).to.equal(`# Changelog\n\n${text}`);
    });

    it('keeps the line ends of the file', () => {
      const existing = '# Changelog\r\n\r\n## 1.0.0 (2026-01-01)\r\n\r\n- first\r\n';
      const whole = prependSection(existing, section, '1.0.0');
      expect(whole.endsWith(existing.slice(existing.indexOf('##')))).to.equal(true);
      expect(whole.replace(/\r\n/g, '')).not.to.contain('\n');
    });

    it('comes after a title that has no sections yet', () => {
      expect(prependSection('# Changelog\n', section)).to.equal(`# Changelog\n\n${text}`);
    });
  });
});

describe('conventional commits', () => {
  const read = (message: string) => readChanges([{ hash: '0', message }])[0];

  it('reads type, scope and subject', () => {
    expect(read('Feat(web ui): a page')).to.deep.include({
      type: 'feat',
      scope: 'web ui',
      subject: 'a page',
    });
  });

  it('takes any other message as it is', () => {
    expect(read('Just words: really')).to.deep.include({ type: undefined, subject: 'Just words: really' });
    expect(read('')).to.deep.include({ type: undefined, subject: '' });
  });

  it('wants BREAKING CHANGE in capitals', () => {
    expect(read('fix: a\n\nbreaking change: not meant so')?.breaking).to.equal(undefined);
    expect(read('fix: a\n\nBREAKING CHANGE: meant so')?.breaking).to.equal('meant so');
  });
});

describe('the top of a changelog', () => {
  it('is its first section, with its day, where that is a release', () => {
    expect(
      topSection('# Changelog\r\n\r\n## 1.2.3 (2026-11-03)\r\n\r\n- a\r\n## 1.2.2 (2026-01-01)\n'),
    ).to.deep.equal({
      version: '1.2.3',
      date: '2026-11-03',
    });
    for (const text of [
      '',
      '# Changelog',
      '## Unreleased\n## 1.2.3 (2026-11-03)',
      'x ## 1.2.3 (2026-11-03)',
      '## 1.2.3 (2026-11-03) x',
    ])
      expect(topSection(text), text).to.equal(undefined);
  });
});
