import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { collectionVersions } from '../../../runner/src/hosts/collectionVersions.js';

describe('the collections that are installed', () => {
  it('are told with their versions, wherever Ansible looks for them', async () => {
    const root = mkdtempSync(join(tmpdir(), 'automation-stack-collections-'));
    const put = (place: string, name: string, version: string) => {
      const folder = join(root, place, 'ansible_collections/community', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'MANIFEST.json'), JSON.stringify({ collection_info: { name, version } }));
    };
    try {
      put('ours', 'mysql', '3.9.0');
      put('vendor', 'docker', '4.1.0');
      mkdirSync(join(root, 'ours/ansible_collections/community/broken'));
      const paths = {
        library: join(root, 'library'),
        directory: root,
        configuration: join(root, 'ansible.cfg'),
        configured: new Map([['defaults.collections_path', 'vendor']]),
        env: { HOME: join(root, 'home') },
      };
      expect(await collectionVersions({ ...paths, collections: [join(root, 'ours')] })).to.deep.equal([
        'community.broken unknown',
        'community.docker 4.1.0',
        'community.mysql 3.9.0',
      ]);
      expect(await collectionVersions({ ...paths, collections: [] })).to.deep.equal([
        'community.docker 4.1.0',
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
