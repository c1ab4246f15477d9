import { expect } from 'chai';
import { artifactObjects } from '../../../../../../runner/src/delivery/targets/instances/rules/artifactObjects.js';

describe('an artifact for an instance that runs the playbook itself', () => {
  const variables = {
    artifact_release_file: '/tmp/x/app.tar.gz',
    artifact_release_bucket: 'shop',
    artifact_release_key: 'artifacts/shop/app/0/app.tar.gz',
    artifact_release_sha256: '0'.repeat(64),
    artifact_release_object_version: '',
  };

  it('is the object of the release, in its version where there is one', () => {
    const object = {
      ...{ variable: 'artifact_release_file', file: 'app.tar.gz', bucket: 'shop' },
      ...{ key: variables.artifact_release_key, sha256: variables.artifact_release_sha256 },
    };
    expect(artifactObjects(variables)).to.deep.equal([object]);
    const versioned = artifactObjects({ ...variables, artifact_release_object_version: 'v1' });
    expect(versioned).to.deep.equal([{ ...object, version: 'v1' }]);
  });

  it('is none where an image runs', () => {
    expect(artifactObjects({ app_container_image: 'x' })).to.deep.equal([]);
  });
});
