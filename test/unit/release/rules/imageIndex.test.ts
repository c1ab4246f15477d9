import { expect } from 'chai';
import {
  annotatedManifest,
  imageIndex,
  platformDigests,
  platformSlug,
} from '../../../../runner/src/release/rules/imageIndex.js';

const part = (platform: string, digest: string) => ({
  platform,
  digest,
  text: '{"é":1}',
  mediaType: undefined,
});

describe('index of an image', () => {
  const parts = [part('linux/amd64', 'sha256:1'), part('linux/arm/v7', 'sha256:2')];

  it('names each manifest with its platform and its size in bytes', () => {
    const { text, mediaType } = imageIndex(parts, {});
    const type = 'application/vnd.docker.distribution.manifest.v2+json';
    expect(JSON.parse(text)).to.deep.equal({
      schemaVersion: 2,
      mediaType,
      manifests: [
        { mediaType: type, digest: 'sha256:1', size: 8, platform: { architecture: 'amd64', os: 'linux' } },
        {
          mediaType: type,
          digest: 'sha256:2',
          size: 8,
          platform: { architecture: 'arm', os: 'linux', variant: 'v7' },
        },
      ],
    });
  });

  it('has the same bytes whatever the order of annotations', () => {
    const one = imageIndex(parts, { a: '1', b: '2' });
    expect(imageIndex(parts, { b: '2', a: '1' })).to.deep.equal(one);
    expect(JSON.parse(one.text)).to.have.deep.property('annotations', { a: '1', b: '2' });
  });

  it('tells its images, without attestations', () => {
    expect(platformDigests(imageIndex(parts, {}).text)).to.deep.equal(['sha256:1', 'sha256:2']);
    expect(platformDigests('{"layers":[]}')).to.equal(undefined);
  });

  it('writes a platform as a tag can have it', () => {
    expect(platformSlug('linux/arm/v7')).to.equal('linux-arm-v7');
  });
});

describe('manifest with annotations', () => {
  it('names the same content in the types of OCI', () => {
    const docker = {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: 'sha256:c', size: 1 },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', digest: 'sha256:l', size: 2 },
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', digest: 'sha256:z', size: 3 },
      ],
    };
    const { text, mediaType } = annotatedManifest(JSON.stringify(docker), { a: '1' });
    expect(JSON.parse(text)).to.deep.equal({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: 'sha256:c', size: 1 },
      layers: [
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: 'sha256:l', size: 2 },
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', digest: 'sha256:z', size: 3 },
      ],
      annotations: { a: '1' },
    });
  });
});
