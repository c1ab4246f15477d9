import { expect } from 'chai';
import { releaseNotes } from '../../../../runner/src/release/rules/changelog.js';
import { readChanges } from '../../../../runner/src/release/rules/commits.js';
import { cutNotes, notesOfTag, tagMessage } from '../../../../runner/src/release/rules/releaseTag.js';

const notesOf = (...messages: string[]) =>
  releaseNotes(readChanges(messages.map((message) => ({ hash: 'a'.repeat(40), message }))));

describe('the tag of a version', () => {
  it('gives its notes back, also where there is nothing to tell or it is signed', () => {
    for (const notes of [notesOf('feat: a', 'fix: b'), notesOf('chore: c')]) {
      const message = tagMessage('shop/v1.2.3', notes);
      expect(notesOfTag('shop/v1.2.3', message)).to.equal(notes);
      const signed = `${message}-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n`;
      expect(notesOfTag('shop/v1.2.3', signed)).to.equal(notes);
    }
  });

  it('gives none where the runner has not written it', () => {
    const notes = notesOf('feat: a');
    const foreign = [undefined, 'v1.2.3', 'v1.2.3\n\nBy hand.', notes, tagMessage('v1.2.4', notes)];
    for (const message of foreign) expect(notesOfTag('v1.2.3', message)).to.equal(undefined);
  });
});

describe('notes for a forge', () => {
  it('stay whole where they fit', () => {
    expect(cutNotes('### Fixes\n\n- a', 15)).to.equal('### Fixes\n\n- a');
  });

  it('lose whole lines where they are too long, and say so', () => {
    const notes = `### Fixes\n\n${Array.from({ length: 50 }, (_, at) => `- fix ${at} 🎉`).join('\n')}`;
    const cut = cutNotes(notes, 200);
    expect([...cut].length).to.be.at.most(200);
    expect(cut).to.match(/\n- fix \d+ 🎉\n\n… and more: the tag has all of it\.$/);
  });
});
