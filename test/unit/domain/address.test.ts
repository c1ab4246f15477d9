import { expect } from 'chai';
import {
  addressParts,
  isAddress,
  isInside,
  isNamed,
  withoutIndex,
  withoutIndexes,
} from '../../../runner/src/domain/resourceAddress.js';

describe('an address of Terraform', () => {
  it('is cut at its dots, none of which stands in a key', () => {
    expect(addressParts('module.db["a.b"].aws_x.main[10]')).to.deep.equal([
      'module',
      'db["a.b"]',
      'aws_x',
      'main[10]',
    ]);
    expect(addressParts('a["x\\"].y"].b[each.key]')).to.deep.equal(['a["x\\"].y"]', 'b[each.key]']);
    expect(addressParts('')).to.deep.equal([]);
  });

  it('loses the index of its last part, or all of them', () => {
    expect(withoutIndex('m["a"].b["c\\"]"]')).to.equal('m["a"].b');
    expect(withoutIndex('b[10]')).to.equal('b');
    expect(withoutIndex('b["x"].c')).to.equal('b["x"].c');
    expect(withoutIndexes('module.a["x\\"yz"].b.c[10]')).to.equal('module.a.b.c');
    expect(withoutIndexes('a.b[x]')).to.equal('a.b[x]');
  });

  it('is what `-target` takes: a module, a resource, or one instance', () => {
    for (const text of [
      'module.a',
      'module.a[0].module.b["x"]',
      'aws_x.y',
      'data.aws_x.y',
      'module.a.aws_x.y[1]',
    ])
      expect(isAddress(text), text).to.equal(true);
    for (const text of ['', 'module', 'aws_x', 'module.a.', 'aws_x.y.z', 'x module.a', 'module.a x'])
      expect(isAddress(text), text).to.equal(false);
  });

  it('is inside of itself, of all its instances, and of the modules that it is in', () => {
    const address = 'module.a["x"].module.b.aws_x.y[0]';
    for (const outer of [
      address,
      'module.a["x"].module.b.aws_x.y',
      'module.a.module.b.aws_x.y[0]',
      'module.a["x"].module.b',
      'module.a["x"]',
      'module.a',
    ])
      expect(isInside(address, outer), outer).to.equal(true);
    for (const outer of ['', 'module.a["y"]', 'module.b', `${address}.z`, 'module', 'module.a["x"].module'])
      expect(isInside(address, outer), outer).to.equal(false);
    expect(isInside('aws_x.y.module.b', 'aws_x.y'), 'a resource holds nothing').to.equal(false);
    expect(isInside('aws_x.y', 'aws_x.y.z')).to.equal(false);
  });

  it('may be meant by its last parts, and without the last index', () => {
    const address = 'module.db.aws_db_instance.main[0]';
    for (const name of [address, 'main[0]', 'main', 'aws_db_instance.main', 'db.aws_db_instance.main[0]'])
      expect(isNamed(address, name), name).to.equal(true);
    for (const name of ['', 'main[1]', 'db', 'aws_db_instance', `x.${address}`, 'ain'])
      expect(isNamed(address, name), name).to.equal(false);
  });
});
