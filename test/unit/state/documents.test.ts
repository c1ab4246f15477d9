import { expect } from 'chai';
import { object, text } from '../../../runner/src/base/recordShape.js';
import {
  createDocument,
  isReadable,
  tryReadDocument,
  readDocument,
  readHint,
  unreadableError,
  updateDocument,
} from '../../../runner/src/state/documents.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';

const shape = object({ name: text });
interface Named {
  readonly name: string;
  readonly more?: number;
}

describe('a document of the state', () => {
  let store: MemoryStore;
  beforeEach(() => (store = new MemoryStore()));

  it('is what was written, also with keys that the shape does not name', async () => {
    store.objects.set('a', '{"name":"x","more":1}');
    expect(await readDocument<Named>(store, 'a', shape)).to.deep.include({ value: { name: 'x', more: 1 } });
    expect(await readDocument<Named>(store, 'none', shape)).to.equal(undefined);
  });

  for (const [body, why] of [
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['{"na', 'is not valid JSON'],
    ['{"name":5}', 'is not what a runner writes: name'],
    ['[]', 'is not what a runner writes'],
  ] as const)
    it(`cannot be believed where it ${why}: ${JSON.stringify(body)}`, async () => {
      store.objects.set('a', body);
      const found = await tryReadDocument(store, 'a', shape);
      expect(found).to.deep.equal({ unreadable: why, etag: body, body });
      expect(isReadable(found)).to.equal(false);
      const error = await rejection(readDocument(store, 'a', shape), 'STATE_UNREADABLE');
      expect(error.message).to.equal(`a in the state store ${why}`);
      expect(error.where).to.equal('memory/a');
      expect(await readHint(store, 'a', shape)).to.equal(undefined);
    });

  it('is shown by its beginning, and by nothing where there is none', () => {
    const evidence = (body: string) => unreadableError(store, 'a', { unreadable: 'is', body }).evidence;
    expect(evidence(`  ${'x'.repeat(300)}`)).to.deep.equal(['x'.repeat(200)]);
    expect(evidence(' \n')).to.deep.equal([]);
  });

  it('is made once', async () => {
    expect(await createDocument(store, 'a', { name: 'x' })).to.equal(true);
    expect(await createDocument(store, 'a', { name: 'y' })).to.equal(false);
    expect(store.objects.get('a')).to.equal('{\n  "name": "x"\n}\n');
  });

  describe('that is changed', () => {
    const rename = (name: string) => updateDocument<Named>(store, 'a', () => ({ name }), shape);

    it('is handed over as it stands, and made where there is none', async () => {
      const seen: (Named | undefined)[] = [];
      const change = (name: string) =>
        updateDocument<Named>(store, 'a', (stored) => (seen.push(stored), { name }), shape);
      expect(await change('x')).to.deep.equal({ name: 'x' });
      expect(await change('y')).to.deep.equal({ name: 'y' });
      store.objects.set('a', '{');
      expect(await change('z'), 'what cannot be read is replaced').to.deep.equal({ name: 'z' });
      expect(seen).to.deep.equal([undefined, { name: 'x' }, undefined]);
    });

    it('stays where nothing shall be stored', async () => {
      await rename('x');
      const before = store.objects.get('a');
      expect(await updateDocument<Named>(store, 'a', () => undefined, shape)).to.deep.equal({ name: 'x' });
      expect(store.objects.get('a')).to.equal(before);
    });

    it('is changed again from what another has written in between', async () => {
      await rename('x');
      const put = store.put.bind(store);
      store.put = async (key, body, condition) => {
        store.put = put;
        store.objects.set('a', '{"name":"theirs"}');
        return put(key, body, condition);
      };
      const changed = await updateDocument<Named>(
        store,
        'a',
        (stored) => ({ name: `${stored?.name}+mine` }),
        shape,
      );
      expect(changed).to.deep.equal({ name: 'theirs+mine' });
    });

    it('is given up where others win all the time', async () => {
      let tries = 0;
      store.put = async () => void (tries += 1);
      const error = await rejection(rename('x'), 'STATE_CONFLICT');
      expect(tries).to.equal(50);
      expect(error.where).to.equal('memory/a');
    });
  });
});
